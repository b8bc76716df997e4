"""How files are shown: where they are served, how large they are in words, and on screen."""

from typing import Final
from urllib.parse import quote

from models.message import Attachment

BOX: Final = 330, 240
"""Pixels: the most a single picture takes in the log."""

FILM: Final = 330, 330
"""Pixels: the most a film takes; those of phones are upright, and have buttons."""

WIDE: Final = 330, 186
"""Pixels: how large a film is shown that does not say its size."""

LEAST_FILM: Final = 180
LEAST: Final = 60
"""Pixels: no side is shorter, so that a panorama can still be pressed."""


def address(file: Attachment) -> str:
    """Where a file is served; the same as its route gives, without a request to build it in."""
    name = f"{file.name}-" if file.name == "thumbnail" else file.name
    return f"/files/{file.id}/{quote(name, safe='!$&()*+,:;=@~')}"


def ending(file: Attachment) -> str:
    """The kind of a file as its name says it: "PDF"."""
    stem, dot, last = file.name.rpartition(".")
    return last.upper()[:8] if stem and dot else "File"


def in_words(size: int) -> str:
    """A number of bytes as people say it: "84 KB", "1.4 MB"."""
    kilobytes = max(1, round(size / 1024))
    if kilobytes < 1024:
        return f"{kilobytes} KB"
    megabytes = size / 1024**2
    return f"{megabytes:.0f} MB" if megabytes >= 10 else f"{megabytes:.1f} MB"


def box(file: Attachment) -> tuple[int, int]:
    """Width and height in pixels at which a picture that stands alone is shown."""
    return _fitted(file.width or BOX[0], file.height or BOX[1], BOX, LEAST)


def film_box(file: Attachment) -> tuple[int, int]:
    """Width and height in pixels at which a film is shown: its controls need some room."""
    return _fitted(file.width or WIDE[0], file.height or WIDE[1], FILM, LEAST_FILM)


def _fitted(width: int, height: int, most: tuple[int, int], least: int) -> tuple[int, int]:
    scale = min(most[0] / width, most[1] / height, 1)
    return max(least, round(width * scale)), max(least, round(height * scale))
