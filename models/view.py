"""One thread as one person sees it: what they may read, whether they may write.

Two steps on purpose (MODEL 3): the policy gives a handful of spans, and these go as
constants into plain queries on the messages. The joined form is a hundred times slower.
"""

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

from peewee import JOIN, SQL, Expression, ModelSelect, Select

from models import clock, names, policy
from models.account import PROPERTY_MANAGER, Account
from models.connection import CONNECTED, MANAGE, TEAM_ROLES, Connection
from models.database import OPEN
from models.errors import Missing
from models.headings import Heading, headings
from models.maintenance import CANCELED
from models.message import Message
from models.prepared import Prepared
from models.seen import SeenMessage, Span, as_seen, with_people
from models.thread import (
    ANNOUNCEMENT,
    AUDIENCES,
    DIALOGUE,
    OWNERS,
    PERSONAL,
    REQUEST,
    ROLE_OF_SIDE,
    AccessWindow,
    Side,
    Thread,
    ThreadPerson,
)
from models.user import User

PAGE = 50
"""Messages in one page of the log."""

_access = Prepared(policy.access, "person", "thread", "at")
ways_of_everybody = Prepared(lambda thread, at: policy.access(None, thread, at), "thread", "at")
"""The rows of `policy.access` of one thread, for all who reach it."""


class View:
    """A thread as one person sees it at one moment.

    `version` is the counter when this view itself last changed (a window, a right, a
    clearing): who holds less than that begins anew. `level` is the team right, NO_LEVEL for
    who takes part through windows. `since` is where their unread begins while nothing is
    read. Made by `load`.
    """

    def __init__(
        self,
        person: User,
        thread: Thread,
        kept: ThreadPerson | None,
        rows: Iterable[Any],
        at: int,
    ) -> None:
        rows = self._ways = sorted(rows, key=lambda row: row.from_seq)
        self.person = person
        self.thread = thread
        self.at = at
        self.spans = tuple(Span(row.side, row.from_seq, row.to_seq) for row in rows)
        self.level = rows[-1].level
        self.since = min(row.since for row in rows)
        self.read_seq: int | None = kept.read_seq if kept else None
        self.read_at: int | None = kept.read_at if kept else None
        self.marked_unread: bool = kept.marked_unread if kept else False
        self.cleared_seq: int = kept.cleared_seq if kept else 0
        self.told_seq: int = kept.told_seq if kept else 0
        self.is_muted: bool = kept is not None and kept.muted_until > at
        cleared_version: int = kept.cleared_version if kept else 0
        self.version = max(cleared_version, *(row.version for row in rows))

    @classmethod
    def load(cls, person: User, thread: int, at: int | None = None) -> "View":
        """The view `person` has of the thread with this id.

        :param at: the instant in milliseconds that decides which tenancies are current.
        :raises Missing: when there is no such thread for them.
        """
        at = clock.now() if at is None else at
        # A number from an address may be larger than a database can take.
        rows = _access.rows(person=person.id, thread=thread, at=at) if thread <= OPEN else []
        if not rows:
            raise Missing
        found = _thread_for(person, thread)
        return cls(person, found, found.kept_by_viewer, rows, at)

    @property
    def reached(self) -> int:
        """The seq up to which they have read, on whichever device."""
        return self.since if self.read_seq is None else self.read_seq

    def still_holds(self) -> bool:
        """Whether they reach the thread now just as when this view was loaded."""
        rows = _access.rows(person=self.person.id, thread=self.thread.id, at=self.at)
        return sorted(rows, key=lambda row: row.from_seq) == self._ways

    @property
    def is_team(self) -> bool:
        """Whether they see the thread by a right of the team."""
        return self.level != policy.NO_LEVEL

    @property
    def takes_part(self) -> bool:
        """Whether they are in the thread now: by right, or in an open window."""
        return policy.takes_part(self.level, [span.to_seq for span in self.spans])

    @property
    def side(self) -> str:
        """The side they stand on now: team, tenant, service_pro or owner."""
        return ROLE_OF_SIDE[Side(self.spans[-1].side)]

    @property
    def is_live(self) -> bool:
        """Whether the thread counts in totals: a dialogue only while it is connected."""
        contact = self.thread.contact
        return policy.is_live(
            taking_part=self.takes_part,
            contact_state=contact.state if contact else None,
            contact_role=contact.role if contact else None,
            account_closed=self.thread.account.is_closed,
        )

    def heading(self) -> Heading:
        """What the conversation is called for them, with its contact on the team's side."""
        on_team = self.spans[-1].side == Side.TEAM
        return headings(self.person, {self.thread.id: on_team}, self.at)[self.thread.id]

    def audiences(self) -> list[str]:
        """The audiences they may write to, the widest first (MODEL 11.10)."""
        if self.thread.kind != REQUEST:
            return ["everyone"]
        if self.is_team:
            return list(AUDIENCES)
        own = {Side.TENANT: ["tenants"], Side.PRO: ["pros"]}
        return ["everyone", *own.get(Side(self.spans[-1].side), [])]

    def refusal(self) -> str | None:
        """Why they cannot write here, as a sentence; None when they can."""
        return self._ended() or (self._team_refusal() if self.is_team else self._own_refusal())

    def _team_refusal(self) -> str | None:
        if self.level < MANAGE:
            return f"You can read this but not write. Ask an admin of {self.thread.account.name}."
        return None

    def _own_refusal(self) -> str | None:
        thread, account = self.thread, self.thread.account
        if not self.takes_part:
            if thread.request_id and self._left_by().get("now") == CANCELED:
                return "This request was canceled. You can still read it."
            return "You are no longer part of this conversation. You can still read it."
        if thread.kind == ANNOUNCEMENT:
            return "Only the team writes here."
        if thread.kind == PERSONAL and not _both_present(thread):
            return "This colleague has left. You can still read the conversation."
        if thread.channel == OWNERS and account.mode != PROPERTY_MANAGER:
            return f"{account.name} takes no messages from owners now. You can still read here."
        return None

    def _left_by(self) -> dict[str, Any]:
        """The event with which they went."""
        return Message.get_by_id(self.spans[-1].to_seq).event

    def _ended(self) -> str | None:
        contact, account = self.thread.contact, self.thread.account
        if account.is_closed:
            return f"{account.name} is closed. You can still read this conversation."
        if self.thread.kind != DIALOGUE or contact is None:
            return None
        if contact.role in TEAM_ROLES:
            return f"{contact.name} has joined the team. Write in the Team channel."
        if contact.state == CONNECTED:
            return None
        first = names.first(contact.name)
        if contact.ended_by_id is None:
            whose = f"{first}'s" if self.is_team else "Your"
            return f"{whose} tenancy ended. You can't write here."
        if contact.ended_by_id == self.person.id:
            who = "You"
        else:
            by_contact = contact.ended_by_id == contact.user_id
            who = first if by_contact else account.name
        return f"{who} disconnected. You can't write here."

    # What they may read

    def newest(self, limit: int = PAGE) -> list[SeenMessage]:
        """The last messages, oldest first."""
        return self._read(_newest_first, 1, OPEN, limit=limit)[::-1]

    def before(self, seq: int, limit: int = PAGE) -> list[SeenMessage]:
        """The messages next before `seq`, oldest first."""
        return self._read(_newest_first, 1, seq - 1, limit=limit)[::-1]

    def after(self, seq: int, limit: int = PAGE) -> list[SeenMessage]:
        """The messages next after `seq`, oldest first."""
        return self._read(_oldest_first, seq + 1, OPEN, limit=limit)

    def around(self, seq: int, limit: int = PAGE) -> list[SeenMessage]:
        """The message with this seq in the middle of its neighbours, oldest first."""
        half = limit // 2
        return self.before(seq, half) + self.after(seq - 1, limit - half)

    def message(self, seq: int) -> SeenMessage:
        """The one message with this seq.

        :raises Missing: when it is not in this thread or not theirs.
        """
        found = self._read(_oldest_first, seq, seq, limit=1)
        if not found:
            raise Missing
        return found[0]

    def changed_after(self, version: int, limit: int) -> list[SeenMessage]:
        """Messages with a change after `version`, in the order of the changes."""
        return self._read(_changed, 1, OPEN, version=version, limit=limit)

    def may_see(self, message: Message) -> bool:
        """Whether a message of this thread is theirs, in whatever edition."""
        return any(span.holds(message.id, message.audience) for span in self.spans)

    def shows(self, message: Message) -> bool:
        """Whether a message of this thread is on their screen: theirs, and not cleared."""
        return message.id > self.cleared_seq and self.may_see(message)

    def unread_texts(self, after: int, up_to: int = OPEN) -> ModelSelect:
        """A query of what others wrote, still unread, with a seq in (after, up_to]."""
        return with_people().where(
            self.is_theirs(max(after, self.reached) + 1, up_to)
            & (Message.kind == SQL("0"))  # a constant: see inbox
            & Message.deleted_version.is_null()
            & (Message.author != self.person.id)
        )

    def newest_visible_seq(self) -> int:
        """The seq of the last message that is theirs; 0 when there is none."""
        newest = self._read(_newest_first, 1, OPEN, limit=1)
        return newest[0].id if newest else 0

    def _read(self, log: Prepared, low: int, high: int, **asked: int) -> list[SeenMessage]:
        theirs = self._reach(low, high)
        if not theirs["sides"]:
            return []
        return self.seen(log.instances(thread=self.thread.id, **theirs, **asked))

    def is_theirs(self, low: int = 1, high: int = OPEN) -> Expression:
        """What holds of the messages of this thread they may read, with a seq in low..high."""
        return _lie_in(self.thread.id, **self._reach(low, high))

    def _reach(self, low: int, high: int) -> dict[str, list[int]]:
        # Bounds are cut to the spans here: SQLite would use only one of two (MODEL 9).
        low = max(low, self.cleared_seq + 1)
        cut = [(one.side, max(low, one.from_seq), min(high, one.to_seq)) for one in self.spans]
        within = [(side, first, last) for side, first, last in cut if first <= last]
        return {
            "sides": [side for side, _, _ in within],
            "lows": [first for _, first, _ in within],
            "highs": [last for _, _, last in within],
        }

    def seen(self, messages: Iterable[Message]) -> list[SeenMessage]:
        """These messages, whose seqs must be theirs, as they see them."""
        return as_seen(messages, lambda _: self.spans)


def _lie_in(
    thread: int, sides: list[int], lows: list[int], highs: list[int], seq: Any = Message.id
) -> Expression:
    """Whether a message of a thread is for one of the sides, where its seq lies as given for it."""
    spans: list[Expression] = [
        (Message.audience.bin_and(side) != 0) & seq.between(low, high)
        for side, low, high in zip(sides, lows, highs, strict=True)
    ]
    within: Expression = Message.thread == thread
    return within & (reduce(or_, spans) if spans else SQL("1 = 0"))


def _build_newest_first(limit: int, **where: Any) -> Select:
    return with_people().where(_lie_in(**where)).order_by(Message.id.desc()).limit(limit)


def _build_oldest_first(limit: int, **where: Any) -> Select:
    return with_people().where(_lie_in(**where)).order_by(Message.id).limit(limit)


def _build_changed(version: int, limit: int, **where: Any) -> Select:
    # `id + 0` keeps SQLite from walking the log by id instead of by version (MODEL 9).
    theirs = _lie_in(**where, seq=Message.id + 0)
    query = with_people().where(theirs & (Message.version > version))
    return query.order_by(Message.version).limit(limit)


_WHERE = ("thread", "sides", "lows", "highs")
_newest_first = Prepared(_build_newest_first, *_WHERE, "limit")
_oldest_first = Prepared(_build_oldest_first, *_WHERE, "limit")
_changed = Prepared(_build_changed, *_WHERE, "version", "limit")


def seen_by_all(thread: int, seq: int) -> list[tuple[View, SeenMessage]]:
    """Everybody to whom a message shows now, each with the message as they see it."""
    message = with_people().where((Message.thread == thread) & (Message.id == seq)).get_or_none()
    if message is None:
        return []
    entitled = [view for view in viewers(thread) if view.shows(message)]
    # Who looks through the same spans sees the same: the whole team is asked for once.
    one_of = {view.spans: view for view in entitled}
    seen = {spans: view.seen([message])[0] for spans, view in one_of.items()}
    return [(view, seen[view.spans]) for view in entitled]


def viewers(thread: int, at: int | None = None) -> list[View]:
    """The view of everybody who may see anything of a thread now."""
    at = clock.now() if at is None else at
    by_person: dict[int, list[Any]] = {}
    for row in ways_of_everybody.rows(thread=thread, at=at):
        by_person.setdefault(row.user_id, []).append(row)
    kept = ThreadPerson.select().where(ThreadPerson.thread == thread)
    kept_by = {one.user_id: one for one in kept}
    people = {user.id: user for user in User.select().where(User.id.in_(list(by_person)))}
    topic = _thread_for(None, thread)
    return [
        View(people[user], topic, kept_by.get(user), rows, at) for user, rows in by_person.items()
    ]


def _thread_for(person: User | None, thread: int) -> Thread:
    """A thread with its account, contact, and what `person` keeps about it, in one query."""
    [found] = _topic.instances(thread=thread, viewer=person.id if person else 0)
    kept = getattr(found, "kept_row", None)
    found.kept_by_viewer = kept if kept is not None and kept.user_id else None
    return found


def _build_topic(thread: int, viewer: int) -> Select:
    return (
        Thread.select(Thread, Account, Connection, ThreadPerson)
        .join(Account)
        .switch(Thread)
        .join(Connection, JOIN.LEFT_OUTER, on=(Thread.contact == Connection.id))
        .switch(Thread)
        .join(
            ThreadPerson,
            JOIN.LEFT_OUTER,
            on=((ThreadPerson.thread == Thread.id) & (ThreadPerson.user == viewer)),
            attr="kept_row",
        )
        .where(Thread.id == thread)
    )


_topic = Prepared(_build_topic, "thread", "viewer")


def _both_present(thread: Thread) -> bool:
    present = AccessWindow.select().where(
        (AccessWindow.thread == thread.id) & (AccessWindow.to_seq == OPEN)
    )
    return present.count() == 2  # the two people of a personal chat
