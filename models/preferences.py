"""How a person wants to be told: when mails come, and in which hours they are held back."""

import json
from dataclasses import dataclass
from typing import Any, Final

from models import clock
from models.checking import Check
from models.clock import NO_TIME, time_of_day
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
MAINTENANCE: Final = "maintenance"
KINDS: Final = (MESSAGES, MAINTENANCE)
"""Kinds of mail that can be stopped by themselves; those of signing in are none of them."""

_STOPPED: Final[dict[str, dict[str, Any]]] = {
    MESSAGES: {"mail": OFF},
    MAINTENANCE: {"maintenance": False},
}

USUAL_DELAY: Final = 2 * clock.MINUTE
FROM: Final = "22:00"
TO: Final = "07:00"

NO_MAIL: Final = "Choose when mails should come."
NO_HOURS: Final = "Quiet hours need a beginning and another end."


@dataclass(frozen=True)
class Preferences:
    """What one person wants, and what it takes to reckon with it.

    `maintenance` asks for mails about requests, at the times of `mail`. `delay` is how many
    milliseconds a message may stay unread before DELAY mails it: the server's. `quiet_from` and
    `quiet_to` are times of day as "22:00", in the IANA `zone`.
    """

    mail: str = DELAY
    quiet: bool = False
    quiet_from: str = FROM
    quiet_to: str = TO
    zone: str = "UTC"
    delay: int = USUAL_DELAY
    maintenance: bool = True


def of(user: User, delay: int = USUAL_DELAY) -> Preferences:
    """The preferences of a person; what they never set is as usual."""
    kept: dict[str, Any] = json.loads(user.preferences)
    return Preferences(**kept, zone=user.zone, delay=delay)


def save(
    user: User, mail: str, quiet: bool, quiet_from: str, quiet_to: str, *, maintenance: bool = True
) -> None:
    """Change when mails come, and the quiet hours.

    :param mail: one of MAIL.
    :param maintenance: whether mails about requests come, too.
    :param quiet_from: a time of day as "22:00"; kept while `quiet` is off, too.
    :raises Invalid: with a sentence for each field that cannot be taken.
    """
    check = Check()
    if mail not in MAIL:
        check.refuse("mail", NO_MAIL)
    quiet_from = check.read("quiet_from", time_of_day, quiet_from, NO_TIME)
    quiet_to = check.read("quiet_to", time_of_day, quiet_to, NO_TIME)
    if quiet and quiet_from and quiet_from == quiet_to:
        check.refuse("quiet_to", NO_HOURS)
    check.finish()
    _keep(
        user.id,
        mail=mail,
        maintenance=maintenance,
        quiet=quiet,
        quiet_from=quiet_from,
        quiet_to=quiet_to,
    )


def stop(user_id: int, kind: str) -> None:
    """Mail somebody nothing of one kind any more; the rest stays as it is.

    :param kind: one of KINDS.
    """
    if kind in _STOPPED:
        _keep(user_id, **_STOPPED[kind])


def _keep(user_id: int, **changed: Any) -> None:
    with transaction():
        for user in locked(User.select().where(User.id == user_id)):
            kept = json.dumps(json.loads(user.preferences) | changed)
            User.update(preferences=kept).where(User.id == user_id).execute()
