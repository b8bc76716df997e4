"""Conversations that appear to members of the team because somebody moved or left (MODEL 11.4).

Who works for a list of properties sees a tenant by where they live and an owner by what they
own, and a group with all of its members only. What comes into sight that way is nothing new: it
counts as read until then.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager

from peewee import EXCLUDED, chunked, fn

from models import policy
from models.database import INSERTED_AT_ONCE, OPEN
from models.message import Message
from models.thread import AccessWindow, Thread, ThreadPerson
from models.view import ways_of_everybody

Seen = dict[tuple[int, int], int]
"""By user and thread, each an id: the seq at which a right of the team let them see it."""


@contextmanager
def noticed(contacts: Collection[int], at: int) -> Iterator[None]:
    """Store read positions for what comes into sight by what is written inside.

    Runs inside the transaction that moves these contacts, given by their ids.
    """
    with noticed_in(threads_of(contacts), at):
        yield


@contextmanager
def noticed_in(threads: Collection[int], at: int) -> Iterator[None]:
    """As `noticed`, for what becomes of these threads, given by their ids."""
    before = seen_by_team(threads, at)
    yield
    begin_read(before, seen_by_team(threads, at), at)


def threads_of(contacts: Collection[int]) -> list[int]:
    """The threads whose visibility hangs on where these contacts live or what they own."""
    windows = AccessWindow.select(AccessWindow.thread).where(
        AccessWindow.connection.in_(list(contacts)) & (AccessWindow.to_seq == OPEN)
    )
    concerned = Thread.contact.in_(list(contacts)) | Thread.id.in_(windows)
    return [thread for (thread,) in Thread.select(Thread.id).where(concerned).tuples()]


def seen_by_team(threads: Iterable[int], at: int) -> Seen:
    """Who sees which of these threads by a right of the team at the instant `at` (ms)."""
    return {
        (row.user_id, row.thread_id): row.since
        for thread in threads
        for row in ways_of_everybody.rows(thread=thread, at=at)
        if row.level != policy.NO_LEVEL
    }


def begin_read(before: Seen, after: Seen, at: int) -> None:
    """Let what appeared count as read up to the instant `at`, inside a transaction."""
    appeared = {pair: since for pair, since in after.items() if pair not in before}
    if not appeared:
        return
    said = Message.thread.in_({thread for _, thread in appeared}) & (Message.created_at <= at)
    newest = Message.select(Message.thread, fn.MAX(Message.id)).where(said)
    last = dict(newest.group_by(Message.thread).tuples())
    count_from({pair: max(since, last.get(pair[1], 0)) for pair, since in appeared.items()})


def count_from(positions: Mapping[tuple[int, int], int]) -> None:
    """Let unread begin after a seq, by user and thread, as if read until there.

    `read_at` is left empty: the others are not to be told that anybody has seen it.
    """
    wanted = [
        {"user": user, "thread": thread, "read_seq": seq}
        for (user, thread), seq in sorted(positions.items())
    ]
    for some in chunked(wanted, INSERTED_AT_ONCE):
        ThreadPerson.insert_many(some).on_conflict(
            conflict_target=[ThreadPerson.user, ThreadPerson.thread],
            preserve=[ThreadPerson.read_seq],
            update={ThreadPerson.read_at: None},
            where=ThreadPerson.read_seq.is_null() | (ThreadPerson.read_seq < EXCLUDED.read_seq),
        ).execute()
