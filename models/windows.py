"""Coming and going: who takes part in a thread from when to when (SPEC 2, MODEL 4).

Each function runs inside the caller's transaction, which has locked the connection rows
concerned; threads are locked here, in the order of their ids.
"""

from typing import Any

from models import clock
from models.connection import Connection
from models.database import OPEN, next_seq
from models.message import Message
from models.record import append_event, lock_thread
from models.thread import (
    CHANNEL_OF_ROLE,
    DIALOGUE,
    GROUPS,
    SIDE_OF_ROLE,
    AccessWindow,
    Thread,
)


def open_dialogue(connection: Connection, by: int | None, at: int | None = None) -> Thread:
    """Find or make the one dialogue of a contact and let them take part from now.

    :param connection: a contact's connection with a user, its row locked.
    :param by: the id of the user whose act this is.
    :param at: the instant in milliseconds; now if None.
    """
    at = clock.now() if at is None else at
    # Insert and see: two at once cannot both make it (MODEL 2).
    Thread.insert(
        account=connection.account_id,
        channel=CHANNEL_OF_ROLE[connection.role],
        kind=DIALOGUE,
        contact=connection.id,
        created_at=at,
    ).on_conflict_ignore().execute()
    found = Thread.get(Thread.contact == connection.id)
    open_window(found.id, connection, by, at)
    return found


def open_window(
    thread: int,
    connection: Connection,
    by: int | None,
    at: int,
    event: str | None = "joined",
    **more: Any,
) -> AccessWindow | None:
    """Let the person of `connection` take part from `event` on; from now, when it is None.

    Returns the new window, or None when one is open already.

    :param more: what else is told of the event.
    """
    topic = lock_thread(thread)
    if _open(thread, connection.user_id) is not None:
        return None
    told = append_event(topic, event, by, connection.user_id, at, **more) if event else None
    begins = told.id if told else next_seq()
    return AccessWindow.create(
        thread=thread,
        user=connection.user_id,
        connection=connection.id,
        side=SIDE_OF_ROLE[connection.role],
        from_seq=begins,
        opened_seq=begins,
        version=begins,
    )


def close_window(
    thread: int, user: int, by: int | None, at: int, event: str = "left"
) -> Message | None:
    """End the open window of a user in a thread with `event`, its last message.

    Returns the event, or None when no window was open.
    """
    topic = lock_thread(thread)
    window = _open(thread, user)
    if window is None:
        return None
    left = append_event(topic, event, by, user, at)
    window.to_seq = window.version = left.id
    window.save()
    return left


def close_every_window(thread: int, seq: int) -> None:
    """End the open windows of everybody in a locked thread with the event that has this seq."""
    AccessWindow.update(to_seq=seq, version=seq).where(
        (AccessWindow.thread == thread) & (AccessWindow.to_seq == OPEN)
    ).execute()


def widen_window(thread: int, user: int) -> None:
    """Show the person who takes part in a thread what was said before they came.

    Earlier windows of theirs are swallowed, so that windows stay disjoint. Nothing happens
    when they do not take part.
    """
    lock_thread(thread)
    window = _open(thread, user)
    if window is None:
        return
    AccessWindow.delete().where(
        (AccessWindow.thread == thread)
        & (AccessWindow.user == user)
        & (AccessWindow.id != window.id)
    ).execute()
    window.from_seq, window.version = 0, next_seq()
    window.save()


def close_all(
    connection: Connection, by: int | None, at: int | None = None, event: str = "disconnected"
) -> list[int]:
    """End every window a connection holds open with `event`, as a disconnect does.

    In groups they just left: how somebody stands to the account is not the others' business.

    Returns the ids of the threads concerned.
    """
    at = clock.now() if at is None else at
    held = (
        AccessWindow.select(AccessWindow.thread, Thread.kind)
        .join(Thread)
        .where((AccessWindow.connection == connection.id) & (AccessWindow.to_seq == OPEN))
        .order_by(AccessWindow.thread)
        .tuples()
    )
    threads = dict(held)
    for thread, kind in threads.items():
        close_window(thread, connection.user_id, by, at, "left" if kind in GROUPS else event)
    return list(threads)


def _open(thread: int, user: int) -> AccessWindow | None:
    return AccessWindow.get_or_none(
        (AccessWindow.thread == thread)
        & (AccessWindow.user == user)
        & (AccessWindow.to_seq == OPEN)
    )
