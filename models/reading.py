"""How far people have read. Only what was really on screen is reported here (SPEC 2)."""

from dataclasses import dataclass
from typing import Final

from peewee import fn

from models import clock
from models.database import transaction
from models.message import Message
from models.thread import (
    ANNOUNCEMENT,
    CONVERSATION,
    GROUPS,
    REQUEST,
    TEAM,
    AccessWindow,
    ThreadPerson,
)
from models.user import User
from models.view import View, viewers

LOOKED_BACK: Final = 1_000
"""Messages, the newest, among which it is looked for the last one somebody has read."""


@dataclass(frozen=True)
class Raised:
    """A read position that has risen from one seq to another, or at least is not marked unread."""

    before: int
    seq: int


@dataclass(frozen=True)
class Reader:
    """How far somebody has read the conversation of a request, as far as another may know.

    `side` is the one they look from. They see what has a seq from `begins` on; `seq` is the last
    message they have read of those that the other sees, too, else 0. `at` is the instant (ms)
    they read just that one, None where they have read on.
    """

    person: User
    side: str
    begins: int
    seq: int
    at: int | None


def set_read_position(person: User, thread: int, seq: int, at: int | None = None) -> Raised | None:
    """Raise the read position of a person in a thread to `seq`.

    The position only rises and is clamped to the newest message they may see; reading takes
    a "marked unread" away. Returns None when nothing changed.

    :raises Missing: when there is no such thread for them.
    """
    at = clock.now() if at is None else at
    view = View.load(person, thread, at)
    seq = min(seq, view.newest_visible_seq())
    # Who has read nothing stands where their access began: older messages on screen must not
    # take them back to before that.
    held = view.reached
    if seq <= held and not view.marked_unread:
        return None
    with transaction():
        ThreadPerson.insert(user=person.id, thread=thread).on_conflict_ignore().execute()
        own = (ThreadPerson.user == person.id) & (ThreadPerson.thread == thread)
        rises = ThreadPerson.read_seq.is_null() | (ThreadPerson.read_seq < seq)
        read = ThreadPerson.update(read_seq=seq, read_at=at).where(own & rises)
        risen = seq > held and read.execute()
        unmarked = (
            ThreadPerson.update(marked_unread=False)
            .where(own & ThreadPerson.marked_unread)
            .execute()
        )
    return Raised(held, max(held, seq)) if risen or unmarked else None


def seen_seq(view: View) -> int:
    """How far somebody else has read, as far as it is theirs to know: 0 for nobody.

    In a dialogue the other side, in the team's own chats a colleague; in a group the contacts for
    the team, everybody else for its members. Readers of an announcement learn of nobody.
    Of a request it is told of each by name, see `readers`.
    A position that was stored for somebody who has just got a right is none: nobody read there.
    """
    contact = view.thread.contact
    kept = ThreadPerson.user
    if view.thread.kind == REQUEST:
        return 0
    if view.thread.kind in GROUPS:
        if view.thread.kind == ANNOUNCEMENT and not view.is_team:
            return 0
        members = AccessWindow.select(AccessWindow.user).where(
            AccessWindow.thread == view.thread.id
        )
        theirs = kept.in_(members) if view.is_team else kept != view.person.id
    elif view.thread.channel == TEAM:
        theirs = kept != view.person.id
    elif contact is None or contact.user_id is None:
        return 0
    else:
        theirs = kept == contact.user_id if view.is_team else kept != contact.user_id
    query = ThreadPerson.select(fn.MAX(ThreadPerson.read_seq)).where(
        (ThreadPerson.thread == view.thread.id) & theirs & ThreadPerson.read_at.is_null(False)
    )
    return query.scalar() or 0


def readers(view: View) -> list[Reader]:
    """How far everybody else has read who takes part in the conversation of a request.

    What they read that is not for the person of `view` must not show: neither that it is there,
    nor when it was read. Who of the team takes part a contact learns when they have read.
    """
    if view.thread.kind != REQUEST or not view.takes_part:
        return []
    others = _others(view)
    # A position without an instant was stored for who has just got a right: nobody read there.
    read = {one: one.read_seq or 0 for one in others if one.read_at is not None}
    furthest = max(read.values(), default=0)
    seen = Message.select(Message.id).where(view.is_theirs(1, furthest))
    ids = [seq for (seq,) in seen.order_by(Message.id.desc()).limit(LOOKED_BACK).tuples()]
    found = []
    for one in sorted(others, key=lambda one: one.person.name):
        seq = next((seq for seq in ids if seq <= read.get(one, 0)), 0)
        at = one.read_at if seq and seq == read[one] else None
        if seq or view.is_team or not one.is_team:
            found.append(Reader(one.person, one.side, one.spans[-1].from_seq, seq, at))
    return found


def shown_to(own: View, raised: Raised) -> list[tuple[User, int]]:
    """To whom it is shown that the person of `own` has read on, each with the seq up to which.

    Agrees with `seen_seq` and `readers`: whoever sees nothing of what was read is told nothing.
    """
    span = (Message.id > raised.before) & (Message.id <= raised.seq)
    query = Message.select(Message.id, Message.audience).where(
        (Message.thread == own.thread.id) & span
    )
    read = list(query.order_by(Message.id.desc()).limit(LOOKED_BACK))
    told = []
    for one in _may_know(own):
        last = next((message.id for message in read if one.may_see(message)), None)
        if last is not None:
            told.append((one.person, last))
    return told


def _may_know(own: View) -> list[View]:
    """The views of those who may know how far the person of `own` has read."""
    others = _others(own)
    among_equals = own.thread.kind == CONVERSATION and not own.is_team
    if among_equals or own.thread.kind == REQUEST or own.thread.channel == TEAM:
        return others
    if own.thread.kind == ANNOUNCEMENT:
        return [one for one in others if one.is_team and not own.is_team]
    return [one for one in others if one.side != own.side]


def _others(own: View) -> list[View]:
    everybody = viewers(own.thread.id, own.at)
    return [one for one in everybody if one.takes_part and one.person != own.person]
