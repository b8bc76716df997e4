"""Who reads a group: those who take part in it now, and the team (SPEC 2, "Who reads this")."""

from dataclasses import dataclass

from peewee import Select, fn

from models.connection import Connection
from models.database import OPEN
from models.groups import Person
from models.homes import homes_of
from models.message import Message
from models.thread import ANNOUNCEMENT, GROUPS, AccessWindow, Side
from models.user import User
from models.view import View, viewers


@dataclass(frozen=True)
class Readers:
    """Who reads what is written in a group now, as far as one of them may know.

    `members` are its contacts but for the one who asks, each as the id of their connection,
    name and, for the team alone, where they live; `team` are the names of its team, known to
    the team alone. `place` is what the group is about, a property, else empty.
    """

    members: list[Person]
    team: list[str]
    place: str


def of(view: View) -> Readers | None:
    """Who reads the thread of `view`; None where that is nobody's business.

    In a dialogue everybody knows; readers of announcements never learn of each other.
    """
    thread = view.thread
    if thread.kind not in GROUPS or (thread.kind == ANNOUNCEMENT and not view.is_team):
        return None
    if not view.takes_part:
        return None
    ties = list(_present(thread.id).where(AccessWindow.user != view.person))
    homes = homes_of([tie.id for tie in ties], view.at) if view.is_team else {}
    members = [Person(tie.id, tie.user.name, homes.get(tie.id, "")) for tie in ties]
    team = [one.person.name for one in viewers(thread.id, view.at) if one.is_team]
    place = thread.property.name if thread.property_id else ""
    return Readers(
        sorted(members, key=lambda one: (one.name.casefold(), one.id)),
        sorted(team) if view.is_team else [],
        place,
    )


def present(thread: int) -> list[int]:
    """The ids of the connections in a group now."""
    return [tie.id for tie in _present(thread)]


def _present(thread: int) -> Select:
    return (
        Connection.select(Connection, User.id, User.name)
        .join(AccessWindow, on=(AccessWindow.connection == Connection.id))
        .switch(Connection)
        .join(User, on=(Connection.user == User.id))
        .where((AccessWindow.thread == thread) & (AccessWindow.to_seq == OPEN))
    )


def concerned(thread: int) -> list[View]:
    """Whose view a change of a thread itself touches: who came, went, or sees its new name.

    Of an announcement a reader is not told that another one came or went.
    """
    seeing = viewers(thread)
    if not seeing or seeing[0].thread.kind != ANNOUNCEMENT:
        return seeing
    last = Message.select(fn.MAX(Message.id)).where(Message.thread == thread)
    shown = last.where(Message.audience != Side.TEAM).scalar() or 0
    if last.scalar() == shown:
        return seeing
    return [view for view in seeing if view.is_team or view.version > shown]
