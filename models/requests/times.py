"""Times that suit somebody, as a form gives them and in the zone of the property (SPEC 5)."""

import re
from datetime import date
from typing import NamedTuple

from models import clock

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(:00)?|24:00")

NO_DAY = "Choose a day for this time."
NO_CLOCK = "Say from when to when."
REVERSED = "A time ends before it begins."


class Typed(NamedTuple):
    """A time on one day as typed: `day` as 2026-11-20, `begins` and `ends` as 09:30."""

    day: str
    begins: str
    ends: str

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed."""
        return not any(part.strip() for part in self)


def read(typed: Typed, zone: str) -> tuple[int, int]:
    """The instants (ms) from and to which clocks in the IANA `zone` show at these times.

    00:00 as the end is midnight after the day. Where clocks are set back it begins with the
    first and ends with the second of two equal times; one that is left out is the next hour's.

    :raises ValueError: with a sentence for the person.
    """
    try:
        day = date.fromisoformat(typed.day.strip())
        # Within what the clocks of every zone can still be asked for.
        if not 1970 < day.year < 3000:
            raise ValueError(NO_DAY)
    except ValueError:
        raise ValueError(NO_DAY) from None
    begins, ends = _minute(typed.begins), _minute(typed.ends)
    if not 0 <= begins < (ends or 24 * 60):
        raise ValueError(REVERSED)
    span = clock.at_time(day, begins, zone), _end(day, ends, zone)
    if span[0] >= span[1]:
        raise ValueError(REVERSED)
    return span


def _end(day: date, minute: int, zone: str) -> int:
    if minute in (0, 24 * 60):
        return clock.end_of(day, zone)
    return max(clock.at_time(day, minute, zone, again=again) for again in (False, True))


def _minute(typed: str) -> int:
    found = _CLOCK.fullmatch(typed.strip())
    if not found:
        raise ValueError(NO_CLOCK)
    return int(found[1]) * 60 + int(found[2]) if found[1] else 24 * 60
