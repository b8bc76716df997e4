"""Hiring: who was a contact of an account joins its team (MODEL 11.5)."""

from models.connection import DISCONNECTED, Connection, TeamRight
from models.database import locked
from models.link import Link
from models.property import StaffProperty
from models.user import User


def former_contact(invited: Connection, user: User) -> Connection | None:
    """The connection that has ended, by which a user belonged to the account that invites them.

    Inside a transaction that holds the account; the row found is locked.
    """
    query = Connection.select().where(
        (Connection.account == invited.account_id)
        & (Connection.user == user)
        & (Connection.id != invited.id)
        & (Connection.state == DISCONNECTED)
    )
    return locked(query).first()


def take_over(former: Connection, invited: Connection) -> Connection:
    """Let a person's former connection become the one they were invited to; it has the place.

    One person has one role in an account. Their old windows keep the side they looked from,
    so what they wrote as a contact stays seen as a contact. The invited one is deleted.

    :returns: the former connection, to be connected and saved.
    """
    for table in (TeamRight, StaffProperty):
        table.delete().where(table.connection == former).execute()
    for table in (TeamRight, StaffProperty, Link):
        table.update(connection=former.id).where(table.connection == invited).execute()
    invited.delete_instance()
    former.role, former.all_properties = invited.role, invited.all_properties
    former.name, former.email = invited.name, invited.email
    return former
