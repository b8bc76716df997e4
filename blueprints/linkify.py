"""Addresses inside a text become links, mentions are marked; everything else is escaped."""

import re
from collections.abc import Iterable

from markupsafe import Markup, escape

from models.mention import Marked

# Control characters that reverse the reading direction could disguise where a link leads.
_INSIDE = r"[^\s<>\"'`\u0000-\u001f\u200b-\u200f\u202a-\u202e\u2066-\u2069]"
_LINK = re.compile(
    rf"(?P<web>\b(?:https?://|www\.){_INSIDE}+)"
    r"|(?P<mail>(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}\b)",
    re.IGNORECASE,
)
_ENDS_SENTENCE = ".,;:!?…*_"
_PAIRS = {")": "(", "]": "[", "}": "{"}


def linkify(text: str) -> Markup:
    """The text as HTML, with web and e-mail addresses as links that tell nothing of us."""
    parts: list[Markup] = []
    end = 0
    for match in _LINK.finditer(text):
        shown = _without_punctuation(match[0])
        if not shown.rstrip(":/"):
            continue
        parts += [escape(text[end : match.start()]), _link(shown, mail=bool(match["mail"]))]
        end = match.start() + len(shown)
    return Markup().join([*parts, escape(text[end:])])


def marked_up(text: str, mentions: Iterable[Marked]) -> Markup:
    """`linkify`, with whom it mentions marked, for everybody alike: scripts see who reads."""
    parts: list[Markup] = []
    end = 0
    for one in mentions:
        parts.append(linkify(text[end : one.start]))
        parts.append(_mention(one.user_id, text[one.start : one.end]))
        end = one.end
    return Markup().join([*parts, linkify(text[end:])])


def _mention(user: int, name: str) -> Markup:
    return Markup('<span class="mention" data-user-id="{0}">{1}</span>').format(user, name)


def _link(shown: str, *, mail: bool) -> Markup:
    if mail:
        return Markup('<a href="mailto:{0}">{0}</a>').format(shown)
    address = shown if shown.lower().startswith("http") else f"https://{shown}"
    return Markup(
        '<a href="{0}" target="_blank" rel="noopener noreferrer nofollow">{1}</a>'
    ).format(address, shown)


def _without_punctuation(found: str) -> str:
    """`found` without the full stop, comma or bracket that belongs to the sentence around."""
    # Counted once and cut once: a text of brackets alone must not take the square of its length.
    surplus = {end: found.count(end) - found.count(start) for end, start in _PAIRS.items()}
    length = len(found)
    while length:
        last = found[length - 1]
        if surplus.get(last, 0) > 0:
            surplus[last] -= 1
        elif last not in _ENDS_SENTENCE:
            break
        length -= 1
    return found[:length]
