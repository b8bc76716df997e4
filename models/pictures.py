"""Images drawn anew: only their pixels are kept, so they tell neither where nor with what.

Everything here costs time on a processor: the server runs it off the hub.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pillow_heif
from PIL import Image, ImageOps

from models.errors import Invalid

pillow_heif.register_heif_opener()

LONGEST_EDGE: Final = 2560
"""Pixels: enough for a full screen; phone photos are scaled down to it."""

THUMBNAIL: Final = 660, 660
"""Pixels: twice the size in which an image stands in the log, for dense screens."""

FACE: Final = 0.5, 0.4
"""Where the middle of a square is cut out of a photo: above its middle, as faces are."""

MOST_PIXELS: Final = 80_000_000
"""Pixels an image may claim before it is decoded: a bomb claims more than any camera."""

MOST_FRAMES: Final = 300
"""Pictures in an animation."""

# Pillow itself refuses twice this number as soon as a header claims it.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2

BROKEN: Final = "This picture is broken. Try sending it again, or take a screenshot of it."


@contextmanager
def opened(path: Path, name: str) -> Iterator[Image.Image]:
    """An image of somebody, open to be drawn anew; the file is used up.

    :param name: what the sender calls it, for the sentences.
    :raises Invalid: for the field `files`, when it is broken or has too many pixels.
    :raises OSError: when the disk is full.
    """
    try:
        with Image.open(path) as image:
            _refuse_bomb(image)
            yield image
    except Image.DecompressionBombError:
        raise Invalid({"files": f"{name} has too many pixels. Try a smaller one."}) from None
    except Exception as error:
        # Decoders raise what they like about broken pictures; a full disk is none.
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise Invalid({"files": f"{name}: {BROKEN}"}) from None
    finally:
        path.unlink(missing_ok=True)


def draw(image: Image.Image, mime: str, folder: Path) -> tuple[Path, tuple[int, int]]:
    """The image anew, upright, without anything but its pixels, and its width and height."""
    if mime in ("image/gif", "image/webp") and getattr(image, "n_frames", 1) > 1:
        path = folder / f"kept.{mime.split('/')[1]}"
        image.save(path, save_all=True, exif=b"", xmp=b"", comment=b"")
        flush(path)
        return path, image.size
    upright = _upright(image)
    upright.thumbnail((LONGEST_EDGE, LONGEST_EDGE), Image.Resampling.LANCZOS)
    transparent = upright.mode == "RGBA"
    path = folder / (
        "kept.png" if transparent or mime in ("image/png", "image/gif") else "kept.jpg"
    )
    _save(upright, path, quality=88)
    return path, upright.size


def thumbnail(image: Image.Image, folder: Path) -> Path:
    """The small picture of an image, in WebP."""
    image.seek(0)
    small = _upright(image)
    small.thumbnail(THUMBNAIL, Image.Resampling.LANCZOS)
    path = folder / "thumbnail.webp"
    _save(small, path, quality=80)
    return path


def square(image: Image.Image, edge: int, folder: Path) -> Path:
    """A square cut out of an image, in WebP, opaque: letters may lie under it.

    :param edge: its width and height in pixels.
    """
    image.seek(0)
    cut = ImageOps.fit(_upright(image), (edge, edge), Image.Resampling.LANCZOS, 0, FACE)
    paper = Image.new("RGBA", cut.size, "white")
    paper.alpha_composite(cut.convert("RGBA"))
    path = folder / f"square-{edge}.webp"
    _save(paper.convert("RGB"), path, quality=82)
    return path


def flush(path: Path) -> None:
    """Bring a file to disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _refuse_bomb(image: Image.Image) -> None:
    frames = getattr(image, "n_frames", 1)
    if image.width * image.height > MOST_PIXELS or frames > MOST_FRAMES:
        raise Image.DecompressionBombError
    if frames > 1 and image.width * image.height * frames > 4 * MOST_PIXELS:
        raise Image.DecompressionBombError


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
    flush(path)
