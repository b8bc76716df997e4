"""Leaving: how a connection ends (SPEC 1, "Disconnect")."""

from typing import Final

from peewee import Select

from models import clock, windows
from models.connection import CONNECTED, DISCONNECTED, TEAM_ROLES, Connection
from models.database import transaction
from models.errors import Conflict, Missing
from models.keeping import lock_managed, managed_contact, refuse_closed
from models.moving import moved
from models.user import User

NOT_CONNECTED_NOW: Final = "You are not connected any more."


def disconnect(person: User, contact_id: int, at: int | None = None) -> list[int]:
    """End a connection, by a member of the team or by the contact; both keep what they saw.

    :returns: the ids of the threads that closed or changed.
    :raises Missing: when it is not theirs to see.
    :raises Refused: when they may not keep contacts, or the account is closed.
    :raises Conflict: when it ended before.
    """
    at = clock.now() if at is None else at
    managed = _own_contact if _own(person, contact_id).exists() else managed_contact
    contact = managed(person, contact_id)
    with transaction():
        contact = lock_managed(person, contact, managed)
        if contact.state != CONNECTED:
            raise Conflict(NOT_CONNECTED_NOW)
        Connection.update(state=DISCONNECTED, ended_at=at, ended_by=person).where(
            Connection.id == contact_id
        ).execute()
        closed = windows.close_all(contact, person.id, at)
    return closed + [one for one in moved(contact.account_id, at) if one not in closed]


def _own_contact(person: User, contact_id: int) -> Connection:
    found: Connection | None = _own(person, contact_id).first()
    if found is None:
        raise Missing
    refuse_closed(found.account)
    return found


def _own(person: User, contact_id: int) -> Select:
    return Connection.select().where(
        (Connection.id == contact_id)
        & (Connection.user == person)
        & Connection.role.not_in(TEAM_ROLES)
    )
