"""The office hours of an account: shown to contacts where they write to it (SPEC 1, 6).

They are times of day in the account's own zone, and are compared with what its clocks show: a
day with 23 or 25 hours opens and closes by the clock like any other.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from models import administering, clock
from models.account import Account
from models.checking import Check
from models.clock import minute_of, time_of_day
from models.database import transaction
from models.user import User

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

USUAL: Final = ("09:00", "17:00")
"""What a day has in the form that is closed."""

MIDNIGHT: Final = "24:00"
DAY: Final = 24 * 60
"""Minutes."""

NO_TIME: Final = "Give the times at which you open and close."
BACKWARDS: Final = "It has to close after it opens."

Hours = tuple[tuple[str, str] | None, ...]
"""From when to when it is open on each day of DAYS, as ("09:00", "17:00"); None where closed."""


@dataclass(frozen=True)
class Now:
    """Whether an office is open at a moment, and when that changes.

    `day` is how many days later, and its `weekday` by name; `time` a time of day as "17:00", or
    MIDNIGHT; empty when it is open day and night. `changes_at` is that instant in milliseconds,
    `zone` the account's, by whose clock all of it is.
    """

    is_open: bool
    day: int
    weekday: str
    time: str
    changes_at: int
    zone: str


def of(account: Account) -> Hours | None:
    """The office hours of an account; None when it gave none."""
    if not account.office_hours:
        return None
    return tuple(tuple(day) if day else None for day in json.loads(account.office_hours))


def save(person: User, account: int, typed: Mapping[str, Any]) -> None:
    """Set the office hours of an account; with no day open, it has none.

    :param typed: for each day of DAYS, `<day>` when it is open, `<day>-from` and `<day>-to`.
    :raises Invalid: for the field of a day, with a sentence.
    :raises Missing, Refused: as `administering.administered`.
    """
    administering.administered(person, account)
    check = Check()
    hours = [_read(check, day, typed) if day in typed else None for day in DAYS]
    check.finish()
    kept = json.dumps(hours) if any(hours) else ""
    with transaction():
        administering.lock_administered(person, account)
        Account.update(office_hours=kept).where(Account.id == account).execute()


def form(account: Account) -> dict[str, Any]:
    """The office hours as they stand in a form, see `save`; closed days with USUAL ones."""
    hours = of(account)
    typed: dict[str, Any] = {}
    for number, day in enumerate(DAYS):
        times = hours[number] if hours else None
        begins, ends = times or USUAL
        typed |= {f"{day}-from": begins, f"{day}-to": "00:00" if ends == MIDNIGHT else ends}
        if times:
            typed[day] = True
    return typed


def _read(check: Check, day: str, typed: Mapping[str, Any]) -> tuple[str, str]:
    begins, ends = (
        check.read(day, time_of_day, typed.get(f"{day}-{end}"), NO_TIME) for end in ("from", "to")
    )
    ends = MIDNIGHT if ends == "00:00" else ends
    if begins and ends and minute_of(begins) >= minute_of(ends):
        check.refuse(day, BACKWARDS)
    return begins, ends


def now(account: Account, at: int | None = None) -> Now | None:
    """How it stands with an office; None when the account gave no hours.

    :param at: the instant in milliseconds; now if None.
    """
    hours = of(account)
    if hours is None:
        return None
    zone = account.zone
    local = clock.to_datetime(clock.now() if at is None else at, zone)
    minute, today = local.hour * 60 + local.minute, local.date()
    begins, ends = next(span for span in _spans(hours, local.weekday()) if span[1] > minute)
    is_open = begins <= minute
    if is_open and ends - minute > 7 * DAY:
        return Now(is_open, 0, "", "", clock.end_of(today, zone), zone)
    return _change(is_open, ends if is_open else begins, today, zone)


def _spans(hours: Hours, weekday: int) -> list[tuple[int, int]]:
    """When it is open in the two weeks from a day on, in minutes from its beginning.

    What goes on over midnight is one span.
    """
    spans: list[tuple[int, int]] = []
    for number in range(14):
        day = hours[(weekday + number) % 7]
        if day is None:
            continue
        begins, ends = (number * DAY + minute_of(time) for time in day)
        if spans and spans[-1][1] == begins:
            spans[-1] = spans[-1][0], ends
        else:
            spans.append((begins, ends))
    return spans


def _change(is_open: bool, minute: int, today: date, zone: str) -> Now:
    # An end at midnight belongs to the day before.
    number, of_day = divmod(minute - is_open, DAY)
    of_day += is_open
    day = today + timedelta(days=number)
    at = clock.end_of(day, zone) if of_day == DAY else clock.at_time(day, of_day, zone)
    time = f"{of_day // 60:02}:{of_day % 60:02}"
    return Now(is_open, number, DAYS[day.weekday()].capitalize(), time, at, zone)


def in_lines(hours: Hours) -> list[tuple[str, str, tuple[str, str] | None]]:
    """The week in as few lines as it has: first day, last day, and when it is open on them."""
    lines: list[tuple[str, str, tuple[str, str] | None]] = []
    for day, times in zip(DAYS, hours, strict=True):
        if lines and lines[-1][2] == times:
            lines[-1] = (lines[-1][0], day, times)
        else:
            lines.append((day, day, times))
    return lines
