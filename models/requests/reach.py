"""With whom a request can be shared, by where it is about (SPEC 5)."""

from peewee import Expression, Select

from models import clock, photos, policy
from models.connection import CONNECTED, SERVICE_PRO, TENANT, Connection
from models.groups import Person
from models.homes import homes_of
from models.property import Tenancy
from models.requests.homes import Home
from models.user import User


def within(person: User, account: int, place: int, unit: int | None, at: int) -> Select:
    """The connections with whom `person` may share a request about a unit or a property.

    Connected pros, and tenants who live in the unit now, or anywhere in the property when it is
    about no unit; of them those whom the person sees as a contact.

    :param at: the instant (ms) that decides which tenancies are current.
    """
    known = policy.known_contacts(person, account, at)
    return known.where(
        (Connection.state == CONNECTED)
        & ((Connection.role == SERVICE_PRO) | lives_there(place, unit, at))
    )


def people(person: User, home: Home, at: int | None = None) -> list[Person]:
    """Those with whom a request of the team about a place can be shared: tenants, then pros.

    Four queries for any number.
    """
    at = clock.now() if at is None else at
    unit = home.unit.id if home.unit else None
    found = list(within(person, home.account.id, home.place.id, unit, at))
    ids = [tie.id for tie in found]
    places, faces = homes_of(ids, at, person), photos.of_contacts(ids)
    found.sort(key=lambda tie: (tie.role != TENANT, tie.name.casefold(), tie.id))
    return [
        Person(tie.id, tie.name, tie.company or places.get(tie.id, ""), faces.get(tie.id, ""))
        for tie in found
    ]


def lives_there(place: int, unit: int | None, at: int) -> Expression:
    """What holds of the connections of tenants who live in a unit now, or in a property.

    :param unit: None for anywhere in the property.
    :param at: the instant (ms) that decides which tenancies are current.
    """
    home = Tenancy.unit == unit if unit else Tenancy.property == place
    living = Tenancy.select(Tenancy.connection).where(
        home & (Tenancy.starts_at <= at) & (Tenancy.ends_at > at)
    )
    return (Connection.role == TENANT) & Connection.id.in_(living)
