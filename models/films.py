"""What a film tells beside its pictures and sounds: where it was taken, and how large it is.

MP4 and QuickTime files are boxes within boxes (ISO/IEC 14496-12, sections 4 and 8).
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

MEGABYTE: Final = 1 << 20

MOST_BOXES: Final = 100_000
"""Boxes looked at beside each other: more than any camera writes."""

LARGEST: Final = 16_384
"""Pixels: what claims a longer side is no film."""

TELLING: Final = frozenset((b"udta", b"meta", b"uuid"))
"""The boxes in which phones and programs note where, when and with what it was taken."""


class Box(NamedTuple):
    """Where a box begins, where its content does, and where both end."""

    kind: bytes
    start: int
    content: int
    end: int


def hide_places(path: Path) -> None:
    """Blank what was noted beside a film.

    Renaming such a box to `free` and emptying it changes no offset, so it plays as before.
    """
    with path.open("r+b") as file:
        whole = Box(b"", 0, 0, path.stat().st_size)
        for box in _boxes(file, whole):
            _blank(file, box)
            for inner in _boxes(file, box) if box.kind == b"moov" else ():
                _blank(file, inner)
                for innermost in _boxes(file, inner) if inner.kind == b"trak" else ():
                    _blank(file, innermost)


def shape_of(path: Path) -> tuple[int, int] | None:
    """Width and height in pixels as a film is shown, upright; None when it does not say."""
    with path.open("rb") as file:
        whole = Box(b"", 0, 0, path.stat().st_size)
        heads = (
            head
            for film in _boxes(file, whole, b"moov")
            for track in _boxes(file, film, b"trak")
            for head in _boxes(file, track, b"tkhd")
        )
        return next(filter(None, (_shown(file, head) for head in heads)), None)


def _boxes(file: BinaryIO, around: Box, kind: bytes = b"") -> Iterator[Box]:
    """The boxes in another one, or those of one kind; nothing behind one that does not fit."""
    start = around.content
    for _ in range(MOST_BOXES):
        if start + 8 > around.end:
            return
        file.seek(start)
        size, found = struct.unpack(">I4s", file.read(8))
        header = 8
        if size == 1 and start + 16 <= around.end:
            (size,), header = struct.unpack(">Q", file.read(8)), 16
        elif size == 0:
            size = around.end - start
        if size < header or start + size > around.end:
            return
        if kind in (b"", found):
            yield Box(found, start, start + header, start + size)
        start += size


def _blank(file: BinaryIO, box: Box) -> None:
    if box.kind not in TELLING:
        return
    file.seek(box.start + 4)
    file.write(b"free")
    file.seek(box.content)
    file.writelines(
        bytes(min(MEGABYTE, box.end - part)) for part in range(box.content, box.end, MEGABYTE)
    )


def _shown(file: BinaryIO, head: Box) -> tuple[int, int] | None:
    """The size in the head of a track, which ends with how it is turned, width and height."""
    if head.end - head.content < 44:
        return None
    file.seek(head.end - 44)
    *turned, width, height = struct.unpack(">11i", file.read(44))
    width, height = width >> 16, height >> 16
    if not (0 < width <= LARGEST and 0 < height <= LARGEST):
        return None  # a track of sound
    lies = turned[0] == turned[4] == 0
    return (height, width) if lies else (width, height)
