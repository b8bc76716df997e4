"""Telling people by mail what they have not read: who is told, of what, and once.

A message's row in the outbox becomes a row for everybody who wants a mail about it. At its
turn such a row first notes what its mail covers, so that a repeat after a crash is the same
mail, and everything is looked at again: nothing is mailed that was read, deleted or is not
theirs any more.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from models import outbox, pending, preferences, telling
from models.database import OPEN, transaction
from models.mention import Mention
from models.message import Message
from models.outbox import DIGEST, Outbox
from models.pending import Pending, mark_told, pass_over
from models.telling import ByMail, Event, Recipient
from models.view import View, viewers

Covers = dict[int, tuple[int, int]]
"""What a mail tells: for each thread the span (after, up_to] of seqs."""

AT_ONCE: Final = 10
"""Conversations noted in one transaction."""


def fan_out(row: Outbox, at: int, delay: int) -> None:
    """Put a row for everybody who is to be mailed about the message of `row`, and close it.

    All in one transaction: a crash before its end leaves the message's row to be told again,
    after it nothing is left to do.

    :param delay: how many milliseconds a message may stay unread before it is mailed.
    """
    message = row.message
    wanted: list[tuple[int, int | None, int]] = []
    passed_over = []
    muted = []
    for view, recipient in _recipients(message, at):
        wishes = preferences.of(view.person, delay)
        plan = telling.decide(recipient, Event(message.created_at), None, wishes, at)
        if plan:
            wanted.append((view.person.id, _thread_of(plan, message.thread_id), plan.at))
        elif not recipient.read and wishes.mail == preferences.OFF:
            passed_over.append(view.person.id)
        elif not recipient.read and recipient.muted:
            muted.append(view.person.id)
    with transaction():
        if outbox.finish(row, at):
            outbox.put_unread(wanted)
            # Who wants no mail now wants none later about what was said until then.
            for user in passed_over:
                mark_told(user, message.thread_id, message.id)
            for user in muted:
                pass_over(user, message.thread_id, message.id)


def take(row: Outbox, at: int, delay: int, pause: Callable[[], None] = lambda: None) -> bool:
    """Note what the mail of a claimed row covers; False when it is not to be sent now.

    Then the row is closed, or waits for a later hour.

    :param pause: called between conversations, so that others get their turn.
    """
    while True:
        found = list(_found(row, at, pause))
        plans = [plan for one in found if (plan := one.plan(at, delay))]
        if not plans:
            close(row, at, delay)
            return False
        plan = min(plans, key=lambda one: one.at)
        if plan.at > at:
            _move(row, plan, at)
            return False
        if covers(row):
            return True
        try:
            _cover(row, found, pause)
        except _Overtaken:
            continue
        except _LeaseLost:
            return False


def close(row: Outbox, at: int, delay: int) -> None:
    """Close a row; what came while it was open gets a row of its own."""
    with transaction():
        # While a row is open nobody puts another for the same person and thread. What was
        # stored before this statement is seen by the next ones, what comes after puts its own.
        if not outbox.finish(row, at) or preferences.of(row.user).mail == preferences.OFF:
            return
        is_digest = row.kind == DIGEST
        threads = pending.threads_of(row.user, at) if is_digest else [row.thread_id]
        found = pending.in_threads(row.user, threads, at)
        plans = [(one.thread, one.plan(at, delay)) for one in found]
        outbox.put_unread(
            (row.user_id, _thread_of(plan, thread), plan.at) for thread, plan in plans if plan
        )


def covers(row: Outbox) -> Covers:
    """What the mail of a row covers; empty until that is noted."""
    noted = row.remembered.get("covers", {})
    return {int(thread): (after, up_to) for thread, (after, up_to) in noted.items()}


class _Overtaken(Exception):
    """Another mail has covered the same messages meanwhile."""


class _LeaseLost(Exception):
    """Another dispatcher has claimed the row meanwhile."""


def _recipients(message: Message, at: int) -> Iterator[tuple[View, Recipient]]:
    """Everybody who may see a message now, and how they stand to it."""
    if message.deleted_version is not None:
        return
    mentioned = {one.user_id for one in Mention.select().where(Mention.message == message)}
    for view in viewers(message.thread_id, at):
        if view.may_see(message):
            yield (
                view,
                Recipient(
                    wrote_it=message.author_id == view.person.id,
                    live=view.is_live,
                    muted=view.is_muted,
                    mentioned=view.person.id in mentioned,
                    read=max(view.read_seq or 0, view.cleared_seq) >= message.id,
                    told=view.told_seq >= message.id,
                ),
            )


def _found(row: Outbox, at: int, pause: Callable[[], None]) -> Iterator[Pending]:
    """What a row is about: what it covers already, else whatever waits to be told."""
    threads: Iterable[int] = [row.thread_id]
    noted = covers(row)
    if row.kind == DIGEST:
        threads = noted or pending.threads_of(row.user, at)
    for thread in threads:
        after, up_to = noted.get(thread, (None, OPEN))
        found = pending.in_span(row.user, thread, after, up_to, at)
        if found:
            yield found
        pause()


def _cover(row: Outbox, found: list[Pending], pause: Callable[[], None]) -> None:
    """Store what the mail will cover.

    :raises _Overtaken: when somebody was told of it meanwhile; nothing is stored then.
    :raises _LeaseLost: when the row is another dispatcher's by now; nothing is stored then.
    """
    noted: Covers = {}
    for start in range(0, len(found), AT_ONCE):
        some = found[start : start + AT_ONCE]
        noted |= {one.thread: (one.after, one.up_to) for one in some}
        with transaction():
            for one in some:
                if not mark_told(row.user_id, one.thread, one.up_to, since=one.after):
                    raise _Overtaken
            if not outbox.remember(row, covers=noted):
                raise _LeaseLost
        pause()


def _move(row: Outbox, plan: ByMail, at: int) -> None:
    """Let a row wait for a later hour; one that was never sent may become part of a digest."""
    if covers(row):
        outbox.wait(row, plan.at)
        return
    with transaction():
        if outbox.finish(row, at):
            thread = None if plan.digest else row.thread_id
            outbox.put_unread([(row.user_id, thread, plan.at)])


def _thread_of(plan: ByMail, thread: int) -> int | None:
    return None if plan.digest else thread
