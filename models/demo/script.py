"""Conversations as they are written in `conversations/`: who does what, and when.

A scene begins with `= 12 days ago, 09:30` (the clock of the demo's zone) or with
`= 40 minutes ago`. Each line is `Name: words`, or `Name` with what they do: `joins`, `reads`,
`edits: new words` or `deletes` (their last message), `disconnects`. It happens a minute after
the line before, or `+N` minutes, as in `Priya +15: words`. `Priya with tap.jpg, floor.jpg: words`
sends files of the demo along, with or without words. Lines with `#` are notes.

In the conversation of a request it begins with who `submits: the description`. Then somebody
`starts` the conversation, `shares: Tomasz, Beth`, `sets: in progress`, `ranks: high`,
`proposes: in 2 days, 14:00, 60 minutes, Ring twice` or `accepts`, and `Maya to team: words` are
for the team alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from models import clock
from models.demo.cast import ZONE

FOLDER = Path(__file__).with_name("conversations")

SAYS, JOINS, READS = "says", "joins", "reads"
EDITS, DELETES, DISCONNECTS = "edits", "deletes", "disconnects"
SUBMITS, STARTS, SHARES, SETS = "submits", "starts", "shares", "sets"
RANKS, PROPOSES, ACCEPTS = "ranks", "proposes", "accepts"
ACTS = (JOINS, READS, EDITS, DELETES, DISCONNECTS)
ACTS_ON_REQUESTS = (SUBMITS, STARTS, SHARES, SETS, RANKS, PROPOSES, ACCEPTS)

_SCENE = re.compile(r"= (\d+) (?:days ago, (\d\d):(\d\d)|minutes ago)")
_LINE = re.compile(
    r"(?P<who>\w+)(?: \+(?P<pause>\d+))?"
    rf"(?: (?P<act>{'|'.join((*ACTS, *ACTS_ON_REQUESTS))}))?"
    r"(?: to (?P<audience>team|tenants|pros))?(?: with (?P<files>[^:]+))?"
    r"(?:: (?P<words>.+))?"
)
_SPAN = re.compile(
    r"(?:in (\d+) days, (\d\d):(\d\d)|(\d+) minutes ago), (\d+) minutes(?:, (?P<note>.+))?"
)
_QUARTER = 15 * clock.MINUTE


@dataclass(frozen=True)
class Line:
    """One thing that happens in a conversation, at an instant in milliseconds."""

    at: int
    script: str
    who: str
    act: str
    words: str
    files: tuple[str, ...] = ()
    audience: str = "everyone"
    span: tuple[int, int] = (0, 0)
    """Of a visit: from and to (ms)."""


def lines_of(script: str, now: int) -> Iterator[Line]:
    """What happens in the conversation of this name, in its order.

    :param now: the instant (ms) from which its days and minutes count back.
    :raises ValueError: for a line that says neither a scene nor an act.
    """
    at = now
    for number, text in enumerate((FOLDER / f"{script}.txt").read_text("utf-8").splitlines()):
        if not text.strip() or text.startswith("#"):
            continue
        scene = _SCENE.fullmatch(text)
        if scene:
            at = _beginning(scene, now)
            continue
        line = _LINE.fullmatch(text)
        if line is None:
            raise ValueError(f"{script}.txt, line {number + 1}: {text}")
        at += int(line["pause"] or 1) * clock.MINUTE + _seconds(number)
        files = tuple(line["files"].split(", ")) if line["files"] else ()
        act, words, span = line["act"] or SAYS, line["words"] or "", (0, 0)
        if act == PROPOSES:
            span, words = _span(words, now)
        audience = line["audience"] or "everyone"
        yield Line(at, script, line["who"], act, words, files, audience, span)


def _beginning(scene: re.Match[str], now: int) -> int:
    number, hour, minute = scene.groups()
    if hour is None:
        return now - int(number) * clock.MINUTE
    return on_day(-int(number), f"{hour}:{minute}", now)


def _span(words: str, now: int) -> tuple[tuple[int, int], str]:
    """When a visit begins and ends (ms), and what is said with it."""
    told = _SPAN.fullmatch(words)
    if told is None:
        raise ValueError(words)
    days, hour, minute, ago, length, note = told.groups()
    begins = now - int(ago) * clock.MINUTE if ago else on_day(int(days), f"{hour}:{minute}", now)
    begins -= begins % _QUARTER
    return (begins, begins + int(length) * clock.MINUTE), note or ""


def on_day(days: int, wall: str, now: int) -> int:
    """The instant (ms) so many days from the present, by the clock of the demo: `09:30`."""
    day = clock.to_datetime(now, ZONE).date() + timedelta(days=days)
    begins = datetime.combine(day, time.fromisoformat(wall), ZoneInfo(ZONE))
    return int(begins.timestamp()) * clock.SECOND


def _seconds(number: int) -> int:
    """Up to 15 seconds, different from line to line, so that nothing happens on the dot."""
    return number * 7919 % (15 * clock.SECOND)
