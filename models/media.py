"""What a file is, and what is made of it before it is kept.

Everything here works on files on disk and costs time on a processor: the server runs it off
the hub. Images are drawn anew, which strips where and with what they were taken, and whatever
else somebody hid in them (SPEC 3); originals are not kept.
"""

import hashlib
import os
import struct
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import filetype
import pillow_heif
from PIL import Image, ImageOps

from models.errors import Invalid

pillow_heif.register_heif_opener()

IMAGE: Final = "image"
VIDEO: Final = "video"
AUDIO: Final = "audio"
FILE: Final = "file"

LONGEST_EDGE: Final = 2560
"""Pixels: enough for a full screen; phone photos are scaled down to it."""

THUMBNAIL: Final = 660, 660
"""Pixels: twice the size in which an image stands in the log, for dense screens."""

MOST_PIXELS: Final = 80_000_000
"""Pixels an image may claim before it is decoded: a bomb claims more than any camera."""

MOST_FRAMES: Final = 300
"""Pictures in an animation."""

MEGABYTE: Final = 1 << 20
# Pillow itself refuses twice this number as soon as a header claims it.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2

CHUNK: Final = 64 * 1024

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
BROKEN: Final = "This picture is broken. Try sending it again, or take a screenshot of it."


@dataclass(frozen=True)
class Prepared:
    """A file ready to be kept: complete and flushed at `path`.

    `size` in bytes, `sha256` (hex) of what will be served; `received` that of what arrived.
    `width` and `height` in pixels for images; `thumbnail` beside them.
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


def take_in(stream: BinaryIO, path: Path, name: str, limit: int) -> str:
    """Write what arrives to `path`, part by part, and return its SHA-256 (hex).

    This may run on the hub: between two parts of CHUNK bytes others go on.

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
            digest.update(part)
            file.write(part)
    if not size:
        raise Invalid({"files": f"{name} is empty."})
    return digest.hexdigest()


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
    if mime in VIDEOS.values() or mime == "audio/mp4":
        _hide_places(arrived)
    kind = mime.split("/")[0] if mime.split("/")[0] in (VIDEO, AUDIO) else FILE
    _flush(arrived)
    return Prepared(arrived, kind, mime, *_measured(arrived), received)


def content_type_of(path: Path, name: str) -> str:
    """What a file is, by its content; its name only tells kinds apart that look alike.

    :raises Invalid: for what may not be sent.
    """
    ending = name.rpartition(".")[2].lower()
    mime = _mime(path)
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


def _mime(path: Path) -> str:
    """What the first bytes say a file is; empty when they say nothing known."""
    mime = ""
    with suppress(TypeError, OSError):
        mime = str(filetype.guess_mime(str(path)) or "")
    if not mime and pillow_heif.is_supported(path):  # as cameras write it, with ten bits
        mime = "image/heif"
    return mime


def _prepare_image(path: Path, mime: str, name: str, received: str) -> Prepared:
    folder = path.parent
    try:
        with Image.open(path) as image:
            _refuse_bomb(image)
            kept, shape = _draw(image, mime, folder)
            thumbnail = _thumbnail(image, folder)
    except Image.DecompressionBombError:
        raise Invalid({"files": f"{name} has too many pixels. Try a smaller one."}) from None
    except Exception as error:
        # Decoders raise what they like about broken pictures; a full disk is none.
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise Invalid({"files": f"{name}: {BROKEN}"}) from None
    finally:
        path.unlink(missing_ok=True)
    content = f"image/{kept.suffix[1:].replace('jpg', 'jpeg')}"
    return Prepared(kept, IMAGE, content, *_measured(kept), received, *shape, thumbnail)


def _refuse_bomb(image: Image.Image) -> None:
    frames = getattr(image, "n_frames", 1)
    if image.width * image.height > MOST_PIXELS or frames > MOST_FRAMES:
        raise Image.DecompressionBombError
    if frames > 1 and image.width * image.height * frames > 4 * MOST_PIXELS:
        raise Image.DecompressionBombError


def _draw(image: Image.Image, mime: str, folder: Path) -> tuple[Path, tuple[int, int]]:
    """The image anew, upright, without anything but its pixels, and its width and height."""
    if mime in ("image/gif", "image/webp") and getattr(image, "n_frames", 1) > 1:
        path = folder / f"kept.{mime.split('/')[1]}"
        image.save(path, save_all=True, exif=b"", xmp=b"", comment=b"")
        _flush(path)
        return path, image.size
    upright = _upright(image)
    upright.thumbnail((LONGEST_EDGE, LONGEST_EDGE), Image.Resampling.LANCZOS)
    transparent = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
    path = folder / (
        "kept.png" if transparent or mime in ("image/png", "image/gif") else "kept.jpg"
    )
    _save(upright, path, quality=88)
    return path, upright.size


def _thumbnail(image: Image.Image, folder: Path) -> Path:
    image.seek(0)
    small = _upright(image)
    small.thumbnail(THUMBNAIL, Image.Resampling.LANCZOS)
    path = folder / "thumbnail.webp"
    _save(small, path, quality=80)
    return path


def _upright(image: Image.Image) -> Image.Image:
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        return upright.convert("RGBA")
    return upright.convert("RGB")


def _save(image: Image.Image, path: Path, quality: int) -> None:
    # Only pixels go into the new image: profiles, comments and positions stay behind.
    clean = Image.new(image.mode, image.size)
    clean.paste(image)
    if path.suffix == ".png":
        clean.save(path, optimize=False)
    else:
        clean.save(path, quality=quality)
    _flush(path)


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


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _hide_places(path: Path) -> None:
    """Blank what a phone wrote beside a film: where it was taken, and with what.

    ISO base media files keep it in `udta` and `meta` boxes within `moov`. Renaming such a
    box to `free` and emptying it changes no offset, so the film plays as before (ISO/IEC
    14496-12, section 8).
    """
    with path.open("r+b") as file:
        _blank_boxes(file, 0, path.stat().st_size, inside_moov=False)


def _blank_boxes(file: BinaryIO, start: int, end: int, *, inside_moov: bool) -> None:
    while start + 8 <= end:
        file.seek(start)
        size, kind = struct.unpack(">I4s", file.read(8))
        header = 8
        if size == 1 and start + 16 <= end:
            (size,), header = struct.unpack(">Q", file.read(8)), 16
        elif size == 0:
            size = end - start
        if size < header or start + size > end:
            return
        if inside_moov and kind in (b"udta", b"meta"):
            file.seek(start + 4)
            file.write(b"free")
            file.seek(start + header)
            file.write(bytes(min(size - header, MEGABYTE)))
        elif kind in (b"moov", b"trak"):
            _blank_boxes(file, start + header, start + size, inside_moov=True)
        start += size
