"""Text from people: what may be stored, in one place for every field."""

import re

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SPACES = re.compile(r"\s+")


def block(value: str, limit: int) -> str:
    """Text of several lines, each break one line feed, without space around it.

    :param limit: the greatest number of characters.
    :raises ValueError: with a sentence for the person, when it is too long or holds a
        control character or half of a surrogate pair (which no database stores).
    """
    text = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if _FORBIDDEN.search(text):
        raise ValueError("This text has a character that can't be stored. Try typing it again.")
    if len(text) > limit:
        raise ValueError(f"Use at most {limit:,} characters. This has {len(text):,}.")
    return text


def line(value: str, limit: int = 120) -> str:
    """Text of one line, as a name: like `block`, every run of white space one space."""
    return _SPACES.sub(" ", block(value, limit))
