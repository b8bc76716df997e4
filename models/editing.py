"""Changing what an account noted about a contact, and what an owner owns."""

from dataclasses import dataclass
from typing import Final

from models import appearing, clock, link, policy
from models.checking import Check
from models.connection import CONNECTED, INVITED, NOT_CONNECTED, OWNER, Connection
from models.contacts import read_facts, read_owned, refuse_present
from models.database import transaction
from models.errors import Refused
from models.keeping import lock_account, lock_managed, managed_contact
from models.link import INVITATION, Link
from models.moving import moved
from models.property import OwnerProperty
from models.user import User

ONLY_OWNERS: Final = "Only owners own properties."


@dataclass(frozen=True)
class Facts:
    """What somebody typed about a contact."""

    name: str = ""
    email: str = ""
    phone: str = ""
    company: str = ""
    trades: str = ""
    note: str = ""


def change_facts(
    person: User, contact_id: int, facts: Facts, at: int | None = None
) -> tuple[Connection, bool]:
    """Store what is known of a contact from now on.

    An invitation that waits at another address is taken back: whoever reads mail there may not
    be who is meant.

    :returns: the contact, and whether an invitation was taken back.
    :raises Missing: when the contact is not there or not theirs.
    :raises Refused: when they may not keep contacts.
    :raises Invalid: with a sentence for each field that cannot be taken.
    """
    at = clock.now() if at is None else at
    contact = managed_contact(person, contact_id)
    check = Check()
    columns = read_facts(check, facts)
    with transaction():
        lock_account(person, contact.account_id)
        contact = lock_managed(person, contact)
        refuse_present(check, person, contact.account_id, columns["email"], contact)
        check.finish()
        took_back = columns["email"] != contact.email and _take_back(contact, at)
        Connection.update(**columns).where(Connection.id == contact.id).execute()
    return Connection.get_by_id(contact.id), took_back


def owned_by(person: User, contact: Connection) -> list[int]:
    """The ids of the properties an owner owns, of those the person works for."""
    mine = {place.id for place in policy.visible_properties(person, contact.account_id)}
    owned = OwnerProperty.select(OwnerProperty.property).where(OwnerProperty.connection == contact)
    return [place for (place,) in owned.tuples() if place in mine]


def change_owned(
    person: User, contact_id: int, properties: list[str], at: int | None = None
) -> tuple[Connection, list[int]]:
    """Note which properties an owner owns, of those the person works for; the others stay.

    :param properties: ids as text.
    :returns: the contact, and the ids of the threads that changed.
    :raises Missing: and
    :raises Refused: as `change_facts`.
    :raises Invalid: when one of them cannot be taken.
    """
    at = clock.now() if at is None else at
    contact = managed_contact(person, contact_id)
    if contact.role != OWNER:
        raise Refused(ONLY_OWNERS)
    with transaction():
        contact = lock_managed(person, contact)
        mine = {
            str(place.id): place for place in policy.visible_properties(person, contact.account_id)
        }
        check = Check()
        everything = policy.works_for_all(person, contact.account_id)
        owned = read_owned(check, mine, everything, properties)
        check.finish()
        with appearing.noticed([contact.id], at):
            OwnerProperty.delete().where(
                (OwnerProperty.connection == contact)
                & OwnerProperty.property.in_([place.id for place in mine.values()])
            ).execute()
            for place in owned:
                OwnerProperty.create(connection=contact, property=place)
    return contact, moved(contact.account_id, at)


def _take_back(contact: Connection, at: int) -> bool:
    if contact.state == CONNECTED:
        return False
    mailed = (Link.connection == contact) & (Link.kind == INVITATION) & Link.mailed
    by_hand = (Link.connection == contact) & (Link.kind == INVITATION) & ~Link.mailed
    took_back = bool(link.void(mailed, at))
    if contact.state == INVITED and not Link.select().where(by_hand & link.still_open(at)).exists():
        Connection.update(state=NOT_CONNECTED).where(Connection.id == contact.id).execute()
    return took_back
