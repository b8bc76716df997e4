"""Whether and when somebody is told of a message: one pure function, tested as a table."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from models import clock
from models.preferences import DAILY, DELAY, HOURLY, INSTANTLY, Preferences

GRACE: Final = 3 * clock.SECOND
"""How long a message told at once waits: who has it on screen says so within that time."""

MORNING: Final = 8 * 60
"""The minute of the day at which daily mails come, in the person's own zone."""


@dataclass(frozen=True)
class Event:
    """A message was accepted at an instant (ms)."""

    at: int


@dataclass(frozen=True)
class Recipient:
    """How somebody who may see a message stands to it.

    `live` says that they take part and nothing has ended (MODEL 11.9), `mentioned` that it
    mentions them, which is told in a muted thread too (SPEC 3), `told` that a mail has covered
    it.
    """

    wrote_it: bool = False
    live: bool = True
    muted: bool = False
    mentioned: bool = False
    read: bool = False
    told: bool = False


@dataclass(frozen=True)
class ByMail:
    """Tell by mail at an instant (ms); in a `digest` together with every other conversation."""

    at: int
    digest: bool = False


def decide(
    recipient: Recipient, event: Event, presence: None, preferences: Preferences, now: int
) -> ByMail | None:
    """How somebody is told of a message; None for not at all.

    Asked when the message was stored, and again before a mail goes out: what was decided
    then may have been read since, or not be wanted any more.

    :param presence: who is looking at the moment, which nobody knows yet.
    :param now: the present instant in milliseconds; nothing is told before it.
    """
    del presence
    if recipient.wrote_it or not recipient.live or recipient.read or recipient.told:
        return None
    if recipient.muted and not recipient.mentioned:
        return None
    at = _due(event.at, preferences)
    if at is None:
        return None
    return ByMail(_held(max(at, now), preferences), preferences.mail in (HOURLY, DAILY))


def _due(at: int, preferences: Preferences) -> int | None:
    if preferences.mail == DELAY:
        return at + preferences.delay
    if preferences.mail == INSTANTLY:
        return at + GRACE
    if preferences.mail == HOURLY:
        return _next_full_hour(at, preferences.zone)
    if preferences.mail == DAILY:
        return _next(at, MORNING, preferences.zone)
    return None


def _held(at: int, preferences: Preferences) -> int:
    """`at`, or the end of the quiet hours it falls into."""
    if not preferences.quiet:
        return at
    begins, ends = clock.minute_of(preferences.quiet_from), clock.minute_of(preferences.quiet_to)
    local = clock.to_datetime(at, preferences.zone)
    minute = local.hour * 60 + local.minute
    inside = begins <= minute < ends if begins < ends else not ends <= minute < begins
    return _next(at, ends, preferences.zone) if inside else at


def _next_full_hour(at: int, zone: str) -> int:
    # By the clock on the wall: some zones stand half an hour apart from UTC.
    local = clock.to_datetime(at, zone)
    into_the_hour = (local.minute * 60 + local.second) * clock.SECOND + at % clock.SECOND
    return at - into_the_hour + clock.HOUR


def _next(at: int, minute: int, zone: str) -> int:
    """The first instant after `at` at which clocks show this minute of the day."""
    today = clock.to_datetime(at, zone).date()
    for day in (today, today + timedelta(days=1)):
        for again in (False, True):
            found = clock.at_time(day, minute, zone, again=again)
            if found > at:
                return found
    raise AssertionError("every day has every time")
