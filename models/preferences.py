"""How a person wants to be told: when mails come, and in which hours they are held back."""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from models import clock
from models.checking import Check
from models.database import locked, transaction
from models.user import User

DELAY: Final = "delay"
INSTANTLY: Final = "instantly"
HOURLY: Final = "hourly"
DAILY: Final = "daily"
OFF: Final = "off"
"""When a mail about unread messages comes (SPEC 6): after a while, at once, every full hour, in
the morning, never."""

MAIL: Final = (DELAY, INSTANTLY, HOURLY, DAILY, OFF)

MESSAGES: Final = "messages"
KINDS: Final = (MESSAGES,)
"""Kinds of mail that can be stopped by themselves; those of signing in are none of them."""

USUAL_DELAY: Final = 2 * clock.MINUTE
FROM: Final = "22:00"
TO: Final = "07:00"

_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
NO_TIME: Final = "Give a time between 00:00 and 23:59."
NO_MAIL: Final = "Choose when mails should come."
NO_HOURS: Final = "Quiet hours need a beginning and another end."


@dataclass(frozen=True)
class Preferences:
    """What one person wants, and what it takes to reckon with it.

    `delay` is how many milliseconds a message may stay unread before DELAY mails it: the
    server's. `quiet_from` and `quiet_to` are times of day as "22:00", in the IANA `zone`.
    """

    mail: str = DELAY
    quiet: bool = False
    quiet_from: str = FROM
    quiet_to: str = TO
    zone: str = "UTC"
    delay: int = USUAL_DELAY


def of(user: User, delay: int = USUAL_DELAY) -> Preferences:
    """The preferences of a person; what they never set is as usual."""
    kept: dict[str, Any] = json.loads(user.preferences)
    return Preferences(**kept, zone=user.zone, delay=delay)


def save(user: User, mail: str, quiet: bool, quiet_from: str, quiet_to: str) -> None:
    """Change when mails come, and the quiet hours.

    :param mail: one of MAIL.
    :param quiet_from: a time of day as "22:00"; kept while `quiet` is off, too.
    :raises Invalid: with a sentence for each field that cannot be taken.
    """
    check = Check()
    if mail not in MAIL:
        check.refuse("mail", NO_MAIL)
    quiet_from = check.read("quiet_from", _time, quiet_from, NO_TIME)
    quiet_to = check.read("quiet_to", _time, quiet_to, NO_TIME)
    if quiet and quiet_from and quiet_from == quiet_to:
        check.refuse("quiet_to", NO_HOURS)
    check.finish()
    _keep(user.id, mail=mail, quiet=quiet, quiet_from=quiet_from, quiet_to=quiet_to)


def stop(user_id: int, kind: str) -> None:
    """Mail somebody nothing of one kind any more; the rest stays as it is.

    :param kind: one of KINDS.
    """
    if kind == MESSAGES:
        _keep(user_id, mail=OFF)


def minute_of(time: str) -> int:
    """The minute of the day at a time of day, as 1320 for "22:00"."""
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)


def _keep(user_id: int, **changed: Any) -> None:
    with transaction():
        for user in locked(User.select().where(User.id == user_id)):
            kept = json.dumps(json.loads(user.preferences) | changed)
            User.update(preferences=kept).where(User.id == user_id).execute()


def _time(text: str) -> str:
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise ValueError(NO_TIME)
    return f"{int(found[1]):02}:{found[2]}"
