"""What a person does to a conversation for themself alone: mute, pin, mark unread, clear.

Everybody who sees a thread may, also who can only read in it. Nobody else learns of it.
"""

from datetime import timedelta
from typing import Any, Final

from models import clock
from models.clock import FOREVER, HOUR
from models.database import next_seq, transaction
from models.errors import Invalid
from models.record import lock_thread
from models.thread import ThreadPerson
from models.user import User
from models.view import View

ONE_HOUR: Final = "1h"
EIGHT_HOURS: Final = "8h"
TOMORROW: Final = "tomorrow"
ALWAYS: Final = "always"
MUTES: Final = (ONE_HOUR, EIGHT_HOURS, TOMORROW, ALWAYS)
"""How long a conversation can be muted (SPEC 6)."""

MORNING: Final = 8 * 60
"""The minute of the day at which "until tomorrow" ends, where the person is."""


def mute(person: User, thread: int, how: str, at: int | None = None) -> int:
    """Keep a thread from being counted and mailed about for a while; it goes on counting itself.

    :param how: one of MUTES.
    :returns: the instant (ms) at which it ends by itself, FOREVER for never.
    :raises Missing: when there is no such thread for them.
    :raises Invalid: for the field `how`, for any other value.
    """
    at = clock.now() if at is None else at
    View.load(person, thread, at)
    until = _end_of_mute(how, person.zone, at)
    _keep(person, thread, muted_until=until)
    return until


def unmute(person: User, thread: int) -> None:
    """Let a thread be counted and told about again.

    :raises Missing: when there is no such thread for them.
    """
    View.load(person, thread)
    _keep(person, thread, muted_until=0)


def pin(person: User, thread: int, at: int | None = None) -> None:
    """Hold a thread at the top of its list.

    :raises Missing: when there is no such thread for them.
    """
    at = clock.now() if at is None else at
    View.load(person, thread, at)
    _keep(person, thread, pinned_at=at)


def unpin(person: User, thread: int) -> None:
    """Let a thread stand where its newest message puts it.

    :raises Missing: when there is no such thread for them.
    """
    View.load(person, thread)
    _keep(person, thread, pinned_at=None)


def mark_unread(person: User, thread: int) -> None:
    """Show a thread as unread until it is opened again; the read position stays (SPEC 2).

    :raises Missing: when there is no such thread for them.
    """
    View.load(person, thread)
    _keep(person, thread, marked_unread=True)


def clear(person: User, thread: int, at: int | None = None) -> bool:
    """Hide what a thread holds so far, for this person alone; nothing is deleted (SPEC 2).

    Their read position stays: nobody else is told that anything was read. The version makes
    their other devices begin anew. Returns whether there was anything to hide.

    :raises Missing: when there is no such thread for them.
    """
    at = clock.now() if at is None else at
    View.load(person, thread, at)
    with transaction():
        lock_thread(thread)
        newest = View.load(person, thread, at).newest_visible_seq()
        if newest:
            version = next_seq()
            _keep(person, thread, cleared_seq=newest, cleared_version=version, marked_unread=False)
    return bool(newest)


def _keep(person: User, thread: int, **columns: Any) -> None:
    with transaction():
        ThreadPerson.insert(user=person.id, thread=thread).on_conflict_ignore().execute()
        own = (ThreadPerson.user == person.id) & (ThreadPerson.thread == thread)
        ThreadPerson.update(**columns).where(own).execute()


def _end_of_mute(how: str, zone: str, at: int) -> int:
    if how == TOMORROW:
        day = clock.to_datetime(at, zone).date() + timedelta(days=1)
        return clock.at_time(day, MORNING, zone)
    lengths = {ONE_HOUR: at + HOUR, EIGHT_HOURS: at + 8 * HOUR, ALWAYS: FOREVER}
    if how not in lengths:
        raise Invalid({"how": "Choose how long."})
    return lengths[how]
