"""Leaving: how a connection ends (SPEC 1, "Disconnect")."""

from typing import Final

from peewee import Select

from models import clock, windows
from models.appearing import noticed
from models.connection import CONNECTED, DISCONNECTED, TEAM_ROLES, Connection
from models.database import OPEN, locked, transaction
from models.errors import Conflict, Missing
from models.keeping import lock_managed, managed_contact, refuse_closed
from models.moving import moved
from models.requests import sharing
from models.thread import AccessWindow, Thread
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
        closed = part(contact, person, at)
    return closed + [one for one in moved(contact.account_id, at) if one not in closed]


def part(contact: Connection, by: User | None, at: int, event: str = "disconnected") -> list[int]:
    """End everything a contact takes part in; inside a transaction that holds their connection.

    Requests are left before their dialogue ends with `event`; all threads are locked in the order
    of their ids first.

    :returns: the ids of the threads concerned.
    """
    requests = sharing.shared_with(contact)
    held = AccessWindow.select(AccessWindow.thread).where(
        (AccessWindow.connection == contact.id) & (AccessWindow.to_seq == OPEN)
    )
    list(locked(Thread.select().where(Thread.id.in_(held)).order_by(Thread.id)))
    with noticed([contact.id], at):
        left = sharing.leave_all(contact, requests, by, at)
        return left + windows.close_all(contact, by.id if by else None, at, event)


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
