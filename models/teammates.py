"""The team as its admins make it: whom they add, who is removed, who leaves (SPEC 1)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from models import clock, keeping, link, permissions, team, team_chats
from models.checking import Check
from models.connection import (
    ADMIN,
    CONNECTED,
    DISCONNECTED,
    INVITED,
    MANAGE,
    NOT_CONNECTED,
    SUB_ADMIN,
    TEAM_ROLES,
    Connection,
    on_the_team,
)
from models.contacts import refuse_present
from models.database import locked, next_seq, transaction
from models.errors import Conflict, Missing
from models.keeping import lock_managed, managed_member
from models.link import INVITATION, Link
from models.text import line
from models.thread import TEAM
from models.user import LONGEST_NAME, User, address

NAME_MISSING: Final = "Whom do you want on the team?"
ADDRESS_MISSING: Final = "Where should the invitation go? Add an email address."
LAST_ADMIN: Final = "You are the only admin. Hand the account over before you leave the team."
NOT_A_SUB_ADMIN: Final = "Admins leave the team themselves."
GONE_ALREADY: Final = "{name} is not on the team any more."


@dataclass(frozen=True)
class Wanted:
    """What an admin typed about a new teammate.

    :ivar levels: 0, VIEW or MANAGE by channels of `permissions.CHOSEN`.
    :ivar places: ids of properties as text; all properties if None.
    """

    name: str = ""
    email: str = ""
    levels: Mapping[str, int] = field(default_factory=dict)
    places: Collection[str] | None = None


def add(person: User, account: int, wanted: Wanted, at: int | None = None) -> Connection:
    """Note a sub-admin to be, with what they will be allowed; nobody is told yet.

    Who was on the team, or was invited to it before, is found by their address.

    :raises Missing: for who is not on the team of the account.
    :raises Refused: for sub-admins.
    :raises Invalid: with a sentence for each field that cannot be taken.
    """
    at = clock.now() if at is None else at
    keeping.require_admin(person, account)
    check = Check()
    name = check.read("name", partial(line, limit=LONGEST_NAME), wanted.name, NAME_MISSING)
    email = check.read("email", address, wanted.email, ADDRESS_MISSING)
    places = wanted.places
    with transaction():
        team.lock(account)
        keeping.require_admin(person, account)
        refuse_present(check, person, account, email, hiring=True)
        check.finish()
        chosen = None if places is None else permissions.properties_of(account, places)
        member = _known(account, email) or Connection.create(
            account=account, role=SUB_ADMIN, name=name, email=email, created_at=at
        )
        Connection.update(name=name, role=SUB_ADMIN).where(Connection.id == member.id).execute()
        levels = dict.fromkeys(permissions.CHOSEN, 0) | dict(wanted.levels) | {TEAM: MANAGE}
        permissions.write_levels(member, levels)
        permissions.write_places(member, chosen)
    return Connection.get_by_id(member.id)


def remove(person: User, member: int, at: int | None = None) -> list[int]:
    """Take a sub-admin off the team at once; or who was only invited, off its list.

    :param member: the id of their connection.
    :returns: the ids of the threads concerned.
    :raises Missing: when there is nobody of that id for the person.
    :raises Refused: when the person is no admin.
    :raises Conflict: when it is an admin, or they are gone already.
    """
    at = clock.now() if at is None else at
    tie = managed_member(person, member)
    with transaction():
        team.lock(tie.account_id)
        tie = lock_managed(person, tie, managed_member)
        if tie.role != SUB_ADMIN:
            raise Conflict(NOT_A_SUB_ADMIN)
        if tie.state in (DISCONNECTED, NOT_CONNECTED):
            raise Conflict(GONE_ALREADY.format(name=tie.name))
        if tie.state == CONNECTED:
            return _end(tie, person, at)
        link.void((Link.connection == tie) & (Link.kind == INVITATION), at)
        Connection.update(state=NOT_CONNECTED).where(Connection.id == tie.id).execute()
        return []


def leave(person: User, account: int, at: int | None = None) -> list[int]:
    """Leave the team of an account by oneself.

    :returns: the ids of the threads concerned.
    :raises Missing: for who is not on it.
    :raises Conflict: for its last admin.
    """
    at = clock.now() if at is None else at
    with transaction():
        team.lock(account)
        of_team = (Connection.account == account) & on_the_team(Connection)
        tie = locked(Connection.select().where(of_team & (Connection.user == person))).first()
        if tie is None:
            raise Missing
        if tie.role == ADMIN and not other_admins(person, account):
            raise Conflict(LAST_ADMIN)
        return _end(tie, person, at)


def other_admins(person: User, account: int) -> int:
    """How many admins an account has beside `person`."""
    return (
        Connection.select()
        .where(
            (Connection.account == account)
            & (Connection.state == CONNECTED)
            & (Connection.role == ADMIN)
            & (Connection.user != person)
        )
        .count()
    )


def _known(account: int, email: str) -> Connection | None:
    """Who was on the team or invited to it, and is to come with the same address."""
    return Connection.get_or_none(
        (Connection.account == account)
        & (Connection.email == email)
        & Connection.role.in_(TEAM_ROLES)
        & Connection.state.not_in((CONNECTED, INVITED))
    )


def _end(tie: Connection, by: User, at: int) -> list[int]:
    Connection.update(
        state=DISCONNECTED, ended_at=at, ended_by=by, rights_version=next_seq()
    ).where(Connection.id == tie.id).execute()
    return team_chats.leave(tie, by.id, at)
