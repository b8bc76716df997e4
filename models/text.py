"""Text from people: what may be stored, in one place for every field."""

import re

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# Unseen, and those that turn the direction: with them two names that differ look the same. The
# joiners U+200C and U+200D stay, several scripts and emoji are written with them.
_UNSEEN = re.compile(
    r"[\u00ad\u034f\u061c\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e"
    r"\u2060-\u206f\u3164\ufeff\uffa0]"
)
_BLANK = re.compile(r"[\u115f\u1160\u200c\u200d\u2800\ufe00-\ufe0f\U000e0000-\U000e01ef\s]*")
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
    """Text of one line, as a name: like `block`, every run of white space one space.

    What nobody sees is left out; a text of nothing else is empty.
    """
    text = _SPACES.sub(" ", block(_UNSEEN.sub("", value), limit))
    return "" if _BLANK.fullmatch(text) else text
