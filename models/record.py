"""The log of a thread: the only functions that add to it. Their callers hold its lock."""

import json
from collections.abc import Sequence
from typing import Any

from models import chain
from models.database import locked, next_seq
from models.message import EVENT, Attachment, Message
from models.thread import ANNOUNCEMENT, AUDIENCES, Side, Thread


def lock_thread(thread: int) -> Thread:
    """The thread with its row locked until the transaction ends."""
    return locked(Thread.select().where(Thread.id == thread)).get()


def append(thread: int, at: int, files: Sequence[Attachment] = (), **columns: Any) -> Message:
    """Add a message to the end of a locked thread, with its files and its link in the chain.

    :param at: the instant of acceptance in milliseconds.
    :param files: what was uploaded for it and waits, in the order shown.
    :param columns: the other columns of Message, as author, side, audience and body.
    """
    seq = next_seq()
    message = Message(
        id=seq, thread=thread, version=seq, body_version=seq, created_at=at, **columns
    )
    message.save(force_insert=True)
    for position, file in enumerate(files):
        file.message, file.position = message, position
        file.save()
    chain.add_link(message, chain.POST, seq, at)
    return message


def append_event(
    thread: Thread,
    event: str,
    by: int | None,
    subject: int | None,
    at: int,
    audience: str = "everyone",
    **more: Any,
) -> Message:
    """Add a system event to a locked thread: `event` happened to `subject`, done by `by`.

    Who comes to an announcement and goes is the team's to know: its readers never see each
    other (SPEC 2).

    :param audience: the name of whom it is told to.
    :param more: what else is told of it, as the new `title`.
    """
    hidden = thread.kind == ANNOUNCEMENT and subject is not None
    return append(
        thread.id,
        at,
        kind=EVENT,
        author=by,
        subject=subject,
        side=Side.TEAM,
        audience=AUDIENCES["team" if hidden else audience],
        body=json.dumps({"event": event, **more}),
    )
