"""Maintenance Settings of an account: what its admin decides for everybody (SPEC 5)."""

from typing import Final

from models.account import Account
from models.administering import administered, lock_administered
from models.connection import CONNECTED, TEAM_ROLES, Connection, TeamRight
from models.database import transaction
from models.errors import Invalid, Missing
from models.thread import MAINTENANCE
from models.user import User

SETTINGS: Final = ("starts_conversation", "tells_status", "pros_set_status")
"""Whether a conversation begins when a tenant submits a request, whether tenants are told of its
status, and whether service pros set that: columns of `Account`."""

NOT_TOLD: Final = "They can't see maintenance requests any more. Choose somebody else."


def change(person: User, account: int, setting: str, on: bool) -> None:
    """Turn one of the SETTINGS on or off; what was begun before stays.

    :raises Missing: for who is not on the team, or another setting.
    :raises Refused: for a sub-admin, and for everybody once the account is closed.
    """
    if setting not in SETTINGS:
        raise Missing
    administered(person, account)
    with transaction():
        lock_administered(person, account)
        Account.update({getattr(Account, setting): on}).where(Account.id == account).execute()


def tell_first(person: User, account: int, member: int | None) -> None:
    """Let a member of the team be told of new requests before the others; None tells all at once.

    :param member: the id of their user.
    :raises Invalid: for the field `first_told`, when they are none of `to_be_told`.
    :raises Missing, Refused: as `change`.
    """
    administered(person, account)
    with transaction():
        lock_administered(person, account)
        if member is not None and member not in [one.id for one in to_be_told(account)]:
            raise Invalid({"first_told": NOT_TOLD})
        Account.update(first_told=member).where(Account.id == account).execute()


def to_be_told(account: int) -> list[User]:
    """The members of a team who may see maintenance requests, the longest there first."""
    return list(
        User.select()
        .join(Connection, on=(Connection.user == User.id))
        .join(TeamRight, on=(TeamRight.connection == Connection.id))
        .where(
            (Connection.account == account)
            & (Connection.state == CONNECTED)
            & Connection.role.in_(list(TEAM_ROLES))
            & (TeamRight.channel == MAINTENANCE)
        )
        .order_by(Connection.id)
    )
