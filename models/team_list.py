"""Who is on the team of an account, as somebody on it sees that."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from models import clock, contact_list, policy
from models.account import Account
from models.connection import (
    ADMIN,
    CONNECTED,
    DECLINED,
    DISCONNECTED,
    INVITED,
    NOT_CONNECTED,
    Connection,
    TeamRight,
)
from models.errors import Missing
from models.property import Property, StaffProperty
from models.user import User

EXPIRED: Final = "expired"
"""The state of who was invited and let the invitation run out."""


@dataclass(frozen=True)
class MemberRow:
    """One person: `state` is that of the connection, INVITED and EXPIRED as it stands now.

    `levels` are 0, VIEW or MANAGE by channel; `places` the names of the properties they work
    for, by id, empty when `all_properties`. The instants are in milliseconds. `photo` names that
    of who is on it now, see `User.portrait`.
    """

    id: int
    person_id: int
    name: str
    email: str
    role: str
    state: str
    is_me: bool
    levels: dict[str, int]
    all_properties: bool
    places: dict[int, str]
    is_open: bool
    can_resend: bool
    invited_at: int | None
    ended_at: int | None
    photo: str

    @property
    def is_admin(self) -> bool:
        """Whether they may do everything, now."""
        return self.role == ADMIN and self.state == CONNECTED


def rows(person: User, account: Account, at: int | None = None) -> list[MemberRow]:
    """Everybody on the team whom `person` may see; eight queries, however many there are.

    Admins see who was invited, has declined or is not on it any more, too. Those on the team
    come first, in the order in which they joined.
    """
    at = clock.now() if at is None else at
    ties = [
        tie
        for tie in policy.visible_team(person, account.id).order_by(Connection.id)
        if tie.state != NOT_CONNECTED
    ]
    ids = [tie.id for tie in ties]
    people = {one.id: one for one in User.select().where(User.id.in_([t.user_id for t in ties]))}
    levels, places = _levels(ids), _places(ids)
    contacts = {row.id: row for row in contact_list.rows(person, ties, at)}
    found = [
        MemberRow(
            id=tie.id,
            person_id=tie.user_id or tie.id,
            name=people[tie.user_id].name if tie.user_id else tie.name,
            email=people[tie.user_id].email if tie.user_id else tie.email,
            role=tie.role,
            state=_state(tie, contacts[tie.id].is_open),
            is_me=tie.user_id == person.id,
            levels=levels.get(tie.id, {}),
            all_properties=tie.all_properties,
            places=places.get(tie.id, {}),
            is_open=contacts[tie.id].is_open,
            can_resend=contacts[tie.id].can_resend,
            invited_at=contacts[tie.id].invited_at,
            ended_at=tie.ended_at,
            photo=people[tie.user_id].portrait if tie.state == CONNECTED else "",
        )
        for tie in ties
    ]
    return sorted(found, key=lambda row: (row.state != CONNECTED, row.role != ADMIN, row.id))


def row(person: User, member: Connection, at: int | None = None) -> MemberRow:
    """The row of one person whom `person` may see.

    :raises Missing: when they were taken off the list.
    """
    found = next((one for one in rows(person, member.account, at) if one.id == member.id), None)
    if found is None:
        raise Missing
    return found


def _state(tie: Connection, is_open: bool) -> str:
    if is_open and tie.state in (INVITED, DECLINED, DISCONNECTED):
        return INVITED
    return EXPIRED if tie.state == INVITED else tie.state


def _levels(ties: Collection[int]) -> dict[int, dict[str, int]]:
    query = TeamRight.select(TeamRight.connection, TeamRight.channel, TeamRight.level)
    found: dict[int, dict[str, int]] = {}
    for tie, channel, level in query.where(TeamRight.connection.in_(ties)).tuples():
        found.setdefault(tie, {})[channel] = level
    return found


def _places(ties: Collection[int]) -> dict[int, dict[int, str]]:
    query = (
        StaffProperty.select(StaffProperty.connection, Property.id, Property.name)
        .join(Property)
        .where(StaffProperty.connection.in_(ties))
        .order_by(Property.name, Property.id)
    )
    found: dict[int, dict[int, str]] = {}
    for tie, place, name in query.tuples():
        found.setdefault(tie, {})[place] = name
    return found
