"""Who reads a group: those who take part in it now, and the team (SPEC 2, "Who reads this")."""

from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from peewee import Select, fn

from models import names, policy
from models.connection import Connection
from models.database import OPEN
from models.groups import Person
from models.headings import MEMBER_WORDS
from models.homes import homes_of
from models.message import EVENT, Message
from models.thread import ANNOUNCEMENT, GROUPS, AccessWindow, Thread
from models.user import User
from models.view import View, viewers, ways_of_everybody

SHOWN: Final = 100
"""Members who are listed by name; of more the number is told."""


@dataclass(frozen=True)
class Readers:
    """Who reads what is written in a group now, as far as the one who asks may know.

    `members` are the first SHOWN of its contacts by name, but for the one who asks, each with
    the id of their connection and, for the team alone, where they live; `count` is how many
    there are. `team` are the names of its team, known to the team alone.
    """

    thread: Thread
    members: list[Person]
    count: int
    team: list[str]

    @property
    def rest(self) -> int:
        """How many members are not listed."""
        return self.count - len(self.members)

    @property
    def sentence(self) -> str:
        """The line above the composer."""
        if self.thread.kind == ANNOUNCEMENT:
            return self._of_an_announcement()
        named = [names.first(one.name) for one in self.members[:3]]
        others = self.count - len(named)
        if others:
            named.append("1 other" if others == 1 else f"{others} others")
        if not named:
            return f"Read by the team of {self.thread.account.name} alone."
        return f"Read by {', '.join(named)} and the team of {self.thread.account.name}"

    def _of_an_announcement(self) -> str:
        if not self.count:
            return "Nobody is in this group now. Only the team reads this."
        words = MEMBER_WORDS[self.thread.channel]
        of = f" of {self.thread.property.name}" if self.thread.property_id else ""
        if self.count == 1:
            return f"1 {words}{of} reads this."
        return f"{self.count} {words}s{of} read this. They don’t see each other."


def of(view: View) -> Readers | None:
    """Who reads the thread of `view`; None where that is nobody's business.

    In a dialogue everybody knows; readers of announcements never learn of each other.
    """
    thread = view.thread
    hidden = thread.kind == ANNOUNCEMENT and not view.is_team
    if thread.kind not in GROUPS or hidden or not view.takes_part:
        return None
    others = _present(thread.id).where(AccessWindow.user != view.person)
    ties = list(others.order_by(fn.LOWER(User.name), Connection.id).limit(SHOWN))
    homes = homes_of([tie.id for tie in ties], view.at, view.person) if view.is_team else {}
    return Readers(
        thread=thread,
        members=[
            Person(tie.id, tie.user.name, homes.get(tie.id, ""), tie.user.portrait) for tie in ties
        ],
        count=len(ties) if len(ties) < SHOWN else others.count(),
        team=_team(thread.id, view.at) if view.is_team else [],
    )


def _team(thread: int, at: int) -> list[str]:
    ways = ways_of_everybody.rows(thread=thread, at=at)
    ids = {way.user_id for way in ways if way.level != policy.NO_LEVEL}
    return [user.name for user in User.select().where(User.id.in_(ids)).order_by(User.name)]


def present(thread: int) -> list[int]:
    """The ids of the connections in a group now."""
    return [tie.id for tie in _present(thread)]


def _present(thread: int) -> Select:
    return (
        Connection.select(Connection, User.id, User.name, User.photo)
        .join(AccessWindow, on=(AccessWindow.connection == Connection.id))
        .switch(Connection)
        .join(User, on=(Connection.user == User.id))
        .where((AccessWindow.thread == thread) & (AccessWindow.to_seq == OPEN))
    )


def concerned(thread: int) -> list[View]:
    """Whose view the last change of a thread itself touches: who came, went, or sees its new name.

    Who may see nothing of it, a reader of an announcement where another one came or went, a
    contact where the team archived a request, is not told that anything happened. Who left
    before is told of nothing more.
    """
    seeing = viewers(thread)
    # One act may leave several events, all of the same instant.
    log = Message.select(Message.id, Message.audience, Message.kind, Message.created_at)
    newest = log.where(Message.thread == thread).order_by(Message.id.desc()).iterator()
    last = next(newest, None)
    if last is None:
        return seeing
    act = [last, *takewhile(lambda one: one.created_at == last.created_at, newest)]
    return [
        view
        for view in seeing
        if view.version >= act[-1].id
        or (view.takes_part and (last.kind != EVENT or any(map(view.may_see, act))))
    ]
