"""What a person has not read and was never mailed about, conversation by conversation."""

from collections.abc import Iterable
from dataclasses import dataclass

from peewee import Expression, ModelSelect, fn

from models import inbox, preferences, telling
from models.database import OPEN
from models.errors import Missing
from models.mention import Mention
from models.message import Message
from models.outbox import MESSAGE, Outbox
from models.telling import ByMail, Event, Recipient
from models.thread import ThreadPerson
from models.user import User
from models.view import View


@dataclass(frozen=True)
class Pending:
    """Unread messages of a person in one thread: those with a seq in (after, up_to].

    `oldest_at` is the instant (ms) of the first of them. In a muted thread they are only those
    that mention the person, and `up_to` takes along what was said beside them.
    """

    view: View
    after: int
    up_to: int
    oldest_at: int

    @property
    def thread(self) -> int:
        """The id of the thread."""
        return self.view.thread.id

    def plan(self, at: int, delay: int) -> ByMail | None:
        """How they are told of it, decided anew."""
        muted = self.view.is_muted
        recipient = Recipient(live=self.view.is_live, muted=muted, mentioned=muted)
        wishes = preferences.of(self.view.person, delay)
        return telling.decide(recipient, Event(self.oldest_at), None, wishes, at)


def in_threads(user: User, threads: Iterable[int], at: int) -> list[Pending]:
    """What waits to be told in each of these threads."""
    found = (in_span(user, thread, None, OPEN, at) for thread in threads)
    return [pending for pending in found if pending]


def in_span(user: User, thread: int, after: int | None, up_to: int, at: int) -> Pending | None:
    """What waits in a span of a thread; from where they were told up to, when `after` is None."""
    view = view_of(user, thread, at)
    if view is None:
        return None
    after = view.told_seq if after is None else after
    first = news(view, after, up_to).select(fn.MIN(Message.id)).scalar()
    if not first:
        return None
    last = _to_tell(view, after, up_to).select(fn.MAX(Message.id)).scalar()
    return Pending(view, after, last, Message.get_by_id(first).created_at)


def news(view: View, after: int, up_to: int) -> ModelSelect:
    """A query of what is unread in a span, of all that was ever to be told.

    What has no row in the outbox is left out: the past of a database older than these mails.
    Of a muted thread there is only what mentions the person.
    """
    query = _to_tell(view, after, up_to)
    return query.where(mentions(view.person)) if view.is_muted else query


def mentions(person: User) -> Expression:
    """What holds of the messages that mention a person."""
    mentioning = Mention.select().where(
        (Mention.user == person)
        & (Mention.thread == Message.thread)
        & (Mention.message == Message.id)
    )
    return fn.EXISTS(mentioning)


def _to_tell(view: View, after: int, up_to: int) -> ModelSelect:
    to_tell = Outbox.select().where((Outbox.message == Message.id) & (Outbox.kind == MESSAGE))
    return view.unread_texts(after, up_to).where(fn.EXISTS(to_tell))


def threads_of(user: User, at: int) -> list[int]:
    """Threads in which something may wait for a person, the newest first; two queries."""
    kept = ThreadPerson.select(ThreadPerson.thread, ThreadPerson.told_seq)
    told = dict(kept.where(ThreadPerson.user == user).tuples())
    return [
        position.thread
        for position in inbox.positions(user, at)
        if (position.counted or (position.mentioned and position.live))
        and position.last_seq > told.get(position.thread, 0)
    ]


def pass_over(user: int, thread: int, seq: int) -> None:
    """Note, inside a transaction, that a message of a muted thread is never told by itself.

    While something before it mentions the person and waits to be told nothing is noted, or
    that would be lost.
    """
    kept = ThreadPerson.get_or_none(
        (ThreadPerson.user == user) & (ThreadPerson.thread == thread)
    ) or ThreadPerson(told_seq=0)
    waits = Mention.select().where(
        (Mention.user == user)
        & (Mention.thread == thread)
        & (Mention.message > max(kept.told_seq, kept.read_seq or 0, kept.cleared_seq))
        & (Mention.message < seq)
    )
    if not waits.exists():
        mark_told(user, thread, seq)


def mark_told(user: int, thread: int, seq: int, since: int | None = None) -> bool:
    """Note, inside a transaction, how far somebody was told; whether that changed anything.

    :param since: when given, only if they were told up to just there.
    """
    ThreadPerson.insert(user=user, thread=thread).on_conflict_ignore().execute()
    own = (ThreadPerson.user == user) & (ThreadPerson.thread == thread)
    known = ThreadPerson.told_seq < seq if since is None else ThreadPerson.told_seq == since
    return bool(ThreadPerson.update(told_seq=seq).where(own & known).execute())


def view_of(user: User, thread: int, at: int) -> View | None:
    """Their view of a thread; None when there is none for them any more."""
    try:
        return View.load(user, thread, at)
    except Missing:
        return None
