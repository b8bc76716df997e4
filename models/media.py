"""What a file is, and what is made of it before it is kept.

Everything here works on files on disk and costs time on a processor: the server runs it off
the hub. Images are drawn anew, which strips where and with what they were taken, and whatever
else somebody hid in them (SPEC 3); originals are not kept.
"""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import filetype
import pillow_heif

from models import films, pictures
from models.errors import Invalid
from models.pictures import flush

IMAGE: Final = "image"
VIDEO: Final = "video"
AUDIO: Final = "audio"
FILE: Final = "file"

MEGABYTE: Final = 1 << 20
CHUNK: Final = 256 * 1024

IMAGES: Final = frozenset(
    f"image/{kind}"
    for kind in ("jpeg", "png", "apng", "gif", "webp", "heic", "heif", "avif", "bmp", "tiff")
)
ENDINGS: Final = {
    "image/jpeg": ("jpg", "jpeg", "jfif"),
    "image/png": ("png", "apng"),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
}
"""What images are drawn anew as, and the endings of their names, the usual one first."""

VIDEOS: Final = {
    "video/mp4": "video/mp4",
    "video/x-m4v": "video/mp4",
    "video/quicktime": "video/quicktime",
    "video/webm": "video/webm",
    "video/x-matroska": "video/x-matroska",
    "video/3gpp": "video/3gpp",
}
AUDIOS: Final = {
    "audio/mpeg": "audio/mpeg",
    "audio/mp4": "audio/mp4",
    "audio/m4a": "audio/mp4",
    "audio/ogg": "audio/ogg",
    "audio/x-wav": "audio/wav",
    "audio/x-flac": "audio/flac",
    "audio/aac": "audio/aac",
    "audio/amr": "audio/amr",
}
OFFICE: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "rtf": "application/rtf",
}
TEXTS: Final = {"txt": "text/plain", "csv": "text/csv", "md": "text/plain", "log": "text/plain"}
WRONG_KIND: Final = "This kind of file can't be sent. Try a photo or PDF."


@dataclass(frozen=True)
class Prepared:
    """A file ready to be kept: complete and flushed at `path`.

    `size` in bytes, `sha256` (hex) of what will be served; `received` that of what arrived.
    `width` and `height` in pixels for images, and for films that say so; `thumbnail` beside images.
    """

    path: Path
    kind: str
    content_type: str
    size: int
    sha256: str
    received: str
    width: int | None = None
    height: int | None = None
    thumbnail: Path | None = None

    def name(self, given: str) -> str:
        """The name it is kept under: an image that is of another format now ends otherwise."""
        stem, dot, ending = given.rpartition(".")
        fitting = ENDINGS.get(self.content_type, (ending.lower(),))
        return given if ending.lower() in fitting else f"{stem if dot else given}.{fitting[0]}"


def take_in(stream: BinaryIO, path: Path, name: str, limit: int, run: Callable[..., Any]) -> str:
    """Write what arrives to `path`, part by part, and return its SHA-256 (hex).

    This may run on the hub, for only there can the stream be read: each part of CHUNK bytes is
    counted in and written by `run(work, part)`, and others go on.

    :param name: what the sender calls it, for the sentences.
    :param limit: the greatest size in bytes.
    :raises Invalid: for the field `files`, when it is empty or too big.
    :raises OSError: when the disk is full.
    """
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as file:
        while part := stream.read(CHUNK):
            size += len(part)
            if size > limit:
                raise Invalid({"files": too_big(name, size, limit)})
            run(_add, part, digest, file)
    if not size:
        raise Invalid({"files": f"{name} is empty."})
    return digest.hexdigest()


def _add(part: bytes, digest: Any, file: BinaryIO) -> None:
    digest.update(part)
    file.write(part)


def too_big(name: str, size: int, limit: int) -> str:
    """The sentence for a file of `size` bytes over the `limit`."""
    at_least = -(-size // MEGABYTE)
    return f"{name} is {at_least} MB. The limit is {limit // MEGABYTE} MB."


def prepare(arrived: Path, name: str, received: str) -> Prepared:
    """Make of a file what will be kept, beside it in its folder, flushed to disk.

    :param arrived: the file as it came; it is used up.
    :param name: what the sender calls it; its ending tells documents in zip form apart.
    :param received: its SHA-256 (hex).
    :raises Invalid: for the field `files`, in words: broken, or a kind that may not be sent.
    """
    mime = content_type_of(arrived, name)
    if mime in IMAGES:
        return _prepare_image(arrived, mime, name, received)
    kind = mime.split("/")[0] if mime.split("/")[0] in (VIDEO, AUDIO) else FILE
    width, height = None, None
    if kind == VIDEO or mime == "audio/mp4":
        films.hide_places(arrived)
        width, height = films.shape_of(arrived) or (None, None)
    flush(arrived)
    return Prepared(arrived, kind, mime, *_measured(arrived), received, width, height)


def content_type_of(path: Path, name: str) -> str:
    """What a file is, by its content; its name only tells kinds apart that look alike.

    :raises Invalid: for what may not be sent.
    """
    ending = name.rpartition(".")[2].lower()
    mime = mime_of(path)
    if mime in IMAGES or mime == "application/pdf":
        return mime
    if mime in VIDEOS or mime in AUDIOS:
        return (VIDEOS | AUDIOS)[mime]
    if mime == "application/zip" or mime in OFFICE.values():
        return OFFICE.get(ending, "application/zip")
    if _is_ole(path) and ending in ("doc", "xls", "ppt"):
        return OFFICE[ending]
    if ending in TEXTS and _is_text(path):
        return TEXTS[ending]
    raise Invalid({"files": f"{name}: {WRONG_KIND}"})


def mime_of(path: Path) -> str:
    """What the first bytes say a file is; empty when they say nothing known."""
    mime = ""
    with suppress(TypeError, OSError):
        mime = str(filetype.guess_mime(str(path)) or "")
    if not mime and pillow_heif.is_supported(path):  # as cameras write it, with ten bits
        mime = "image/heif"
    return mime


def _prepare_image(path: Path, mime: str, name: str, received: str) -> Prepared:
    folder = path.parent
    with pictures.opened(path, name) as image:
        kept, shape = pictures.draw(image, mime, folder)
        thumbnail = pictures.thumbnail(image, folder)
    content = f"image/{kept.suffix[1:].replace('jpg', 'jpeg')}"
    return Prepared(kept, IMAGE, content, *_measured(kept), received, *shape, thumbnail)


def _measured(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return path.stat().st_size, digest


def _is_ole(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(8) == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _is_text(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(MEGABYTE)
    return b"\0" not in start
