"""How far people have read. Only what was really on screen is reported here (SPEC 2)."""

from peewee import fn

from models import clock
from models.database import transaction
from models.thread import ANNOUNCEMENT, CONVERSATION, GROUPS, TEAM, AccessWindow, ThreadPerson
from models.user import User
from models.view import View, viewers


def set_read_position(person: User, thread: int, seq: int, at: int | None = None) -> bool:
    """Raise the read position of a person in a thread to `seq`.

    The position only rises and is clamped to the newest message they may see; reading takes
    a "marked unread" away. Returns whether anything changed.

    :raises Missing: when there is no such thread for them.
    """
    at = clock.now() if at is None else at
    view = View.load(person, thread, at)
    seq = min(seq, view.newest_visible_seq())
    # Who has read nothing stands where their access began: older messages on screen must not
    # take them back to before that.
    held = view.since if view.read_seq is None else view.read_seq
    if seq <= held and not view.marked_unread:
        return False
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
    return bool(risen or unmarked)


def seen_seq(view: View) -> int:
    """How far somebody else has read, as far as it is theirs to know: 0 for nobody.

    In a dialogue the other side, in the team's own chats a colleague; in a group the contacts for
    the team, everybody else for its members. Readers of an announcement learn of nobody.
    A position that was stored for somebody who has just got a right is none: nobody read there.
    """
    contact = view.thread.contact
    kept = ThreadPerson.user
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


def shown_to(own: View) -> list[User]:
    """To whom it is shown how far the person of `own` has read: agrees with `seen_seq`."""
    others = [one for one in viewers(own.thread.id) if one.takes_part]
    among_equals = own.thread.kind == CONVERSATION and not own.is_team
    if among_equals or own.thread.channel == TEAM:
        return [one.person for one in others if one.person != own.person]
    if own.thread.kind == ANNOUNCEMENT:
        return [one.person for one in others if one.is_team and not own.is_team]
    return [one.person for one in others if one.side != own.side]
