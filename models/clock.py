"""Time as Hallway stores it: whole milliseconds since 1970-01-01 UTC."""

import re
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from zoneinfo import ZoneInfo

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

FOREVER = 2**63 - 1
"""The instant of something without an end; the largest number both databases can store."""

NO_TIME = "Give a time between 00:00 and 23:59."

_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


def now() -> int:
    """The present instant in milliseconds since 1970 UTC."""
    return time.time_ns() // 1_000_000


def to_datetime(instant: int, zone: str = "UTC") -> datetime:
    """The instant (milliseconds) as an aware datetime in the IANA `zone`."""
    return datetime.fromtimestamp(instant / SECOND, UTC).astimezone(ZoneInfo(zone))


def iso(instant: int) -> str:
    """The instant (milliseconds) as RFC 3339 in UTC, as `2026-11-23T08:57:00.123Z`."""
    whole = datetime.fromtimestamp(instant // SECOND, UTC)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{instant % SECOND:03d}Z"


def in_words(duration: int) -> str:
    """A duration (milliseconds) in the largest unit of which there are several: "24 hours"."""
    for name, unit in (("days", DAY), ("hours", HOUR), ("minutes", MINUTE)):
        if duration >= 2 * unit and duration % unit == 0:
            return f"{duration // unit} {name}"
    return f"{duration // SECOND} seconds"


def time_of_day(text: str) -> str:
    """A time of day as it is stored, as "09:00" for "9:00".

    :raises ValueError: with a sentence for the person, when it is none.
    """
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise ValueError(NO_TIME)
    return f"{int(found[1]):02}:{found[2]}"


def minute_of(time: str) -> int:
    """The minute of the day at a time of day, as 1320 for "22:00"."""
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)


def at_time(day: date, minute: int, zone: str, *, again: bool = False) -> int:
    """The instant on `day` at which clocks in the IANA `zone` show a minute of the day.

    :param again: the second of two such instants, where clocks were set back.
    """
    wall = datetime.combine(day, clock_time(minute // 60, minute % 60, fold=again))
    return int(wall.replace(tzinfo=ZoneInfo(zone)).timestamp()) * SECOND


def start_of(day: date, zone: str) -> int:
    """The instant at which `day` begins in the IANA `zone`, in milliseconds."""
    return int(datetime.combine(day, clock_time.min, ZoneInfo(zone)).timestamp()) * SECOND


def end_of(day: date, zone: str) -> int:
    """The instant at which `day` is over, 24:00 in the IANA `zone`, in milliseconds."""
    return start_of(day + timedelta(days=1), zone)
