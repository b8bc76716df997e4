"""Closing an account: everybody who could read it goes on reading, nobody writes (SPEC 1)."""

from typing import Final

from models import clock, link, team
from models import session as sessions
from models.account import Account
from models.administering import lock_administered
from models.checking import Check
from models.connection import (
    ADMIN,
    CONNECTED,
    DISCONNECTED,
    INVITED,
    NOT_CONNECTED,
    SUB_ADMIN,
    VIEW,
    Connection,
    TeamRight,
)
from models.database import locked, next_seq, transaction
from models.link import Link
from models.user import User

NOT_ITS_NAME: Final = "Type the name as it stands above."


def check_name(account: Account, typed: str) -> None:
    """Refuse a confirmation that does not name the account, in whatever case of letters.

    :raises Invalid: for the field `name`.
    """
    check = Check()
    if " ".join(typed.split()).casefold() != " ".join(account.name.split()).casefold():
        check.refuse("name", NOT_ITS_NAME)
    check.finish()


def close(person: User, account: int, name: str, proof: str, at: int | None = None) -> list[User]:
    """Close an account for good.

    Contacts are disconnected, open invitations void, sub-admins lose access, and the admin
    keeps their rights at VIEW. The windows of the conversations stay as they are: that nobody
    writes in them follows from `closed_at` alone (`View.refusal`), however many there are.

    :param name: the account's name, typed as a confirmation.
    :param proof: the kept form of the password by which `person` confirms it.
    :returns: everybody whom this concerns.
    :raises Invalid: for the field `name`.
    :raises session.Outdated: when the password was changed meanwhile.
    :raises Missing, Refused: as `administered`.
    """
    at = clock.now() if at is None else at
    with transaction():
        sessions.refuse_outdated(person, proof)
        check_name(lock_administered(person, account), name)
        own = Connection.account == account
        list(locked(Connection.select(Connection.id).where(own).order_by(Connection.id)))
        concerned = team.connected(account)
        Account.update(closed_at=at).where(Account.id == account).execute()
        _end_connections(account, person, at)
        _void_invitations(account, at)
    return concerned


def _end_connections(account: int, person: User, at: int) -> None:
    own = Connection.account == account
    others = own & (Connection.role != ADMIN)
    Connection.update(state=DISCONNECTED, ended_at=at, ended_by=person).where(
        others & (Connection.state == CONNECTED)
    ).execute()
    Connection.update(state=NOT_CONNECTED).where(others & (Connection.state == INVITED)).execute()
    Connection.update(rights_version=next_seq()).where(
        own & Connection.role.in_((ADMIN, SUB_ADMIN))
    ).execute()
    ids = Connection.select(Connection.id).where(own)
    TeamRight.update(level=VIEW).where(TeamRight.connection.in_(ids)).execute()


def _void_invitations(account: int, at: int) -> None:
    ids = Connection.select(Connection.id).where(Connection.account == account)
    link.void(Link.connection.in_(ids), at)
