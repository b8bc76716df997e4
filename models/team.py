"""The team of an account: who joins it, with which rights, and who of it is told of things."""

from collections.abc import Collection, Mapping
from typing import Final

from models import clock
from models.account import Account
from models.connection import ADMIN, CONNECTED, TEAM_ROLES, Connection, TeamRight, on_the_team
from models.database import last_seq, locked
from models.property import Property, StaffProperty
from models.thread import CONTACTS, MAINTENANCE, OWNERS, SERVICE_PROS, TEAM, TENANTS
from models.user import User

RIGHTS: Final = (TEAM, TENANTS, SERVICE_PROS, OWNERS, MAINTENANCE, CONTACTS)
"""What an admin has at level MANAGE: a row each, so that no query knows of admins."""


def add_member(
    account: Account,
    user: User,
    role: str,
    levels: Mapping[str, int],
    properties: Collection[Property] | None = None,
    at: int | None = None,
) -> Connection:
    """Let somebody join the team from now on, inside a transaction of the caller.

    :param levels: VIEW or MANAGE for each of RIGHTS they have; 0 and what is left out is none.
    :param properties: those they work for; all if None.
    """
    at, since = clock.now() if at is None else at, last_seq()
    member = Connection.create(
        account=account,
        user=user,
        role=role,
        state=CONNECTED,
        name=user.name,
        email=user.email,
        all_properties=properties is None,
        rights_version=since,
        connected_at=at,
        created_at=at,
    )
    for channel, level in levels.items():
        if level:
            TeamRight.create(connection=member, channel=channel, level=level, since_seq=since)
    for place in properties or ():
        StaffProperty.create(connection=member, property=place)
    return member


def lock(account: int) -> Account:
    """The account with its row locked until the transaction ends.

    Whoever changes its team takes it, so that each sees the team the one before left.
    """
    return locked(Account.select().where(Account.id == account)).get()


def members(account: int) -> list[User]:
    """The people on the team of an account now, the longest there first."""
    return connected(account, TEAM_ROLES)


def connected(account: int, roles: Collection[str] | None = None) -> list[User]:
    """The people connected to an account now, in these roles or in any, team and contacts."""
    query = (
        User.select(User)
        .join(Connection, on=(Connection.user == User.id))
        .where((Connection.account == account) & (Connection.state == CONNECTED))
        .order_by(Connection.id)
    )
    return list(query.where(Connection.role.in_(list(roles))) if roles else query)


def told_of(account: int, inviter: User | None) -> User | None:
    """Who on the team is told of an account's invitations now: the inviter, else an admin."""
    return (
        User.select(User)
        .join(Connection, on=(Connection.user == User.id))
        .where((Connection.account == account) & on_the_team(Connection))
        .order_by(
            (User.id == (inviter.id if inviter else 0)).desc(),
            (Connection.role == ADMIN).desc(),
            Connection.id,
        )
        .first()
    )
