"""For which places somebody may write requests: their own home, or what their team looks after."""

from dataclasses import dataclass

from models import clock, policy
from models.account import Account
from models.connection import CONNECTED, MANAGE, TENANT, Connection
from models.errors import Invalid
from models.property import Property, Tenancy, Unit
from models.thread import MAINTENANCE
from models.user import User


@dataclass(frozen=True)
class Home:
    """A place for which somebody may write a request.

    A tenant's has their connection as `tie`; for the team it is None, and `unit` may be None for
    what all of a property share.
    """

    account: Account
    place: Property
    unit: Unit | None
    tie: Connection | None

    @property
    def key(self) -> str:
        """How a form names it: `unit:12` or `property:3`."""
        return f"unit:{self.unit.id}" if self.unit else f"property:{self.place.id}"

    @property
    def name(self) -> str:
        """As a choice: "412 Alder St, Unit 3B"."""
        return f"{self.place.name}, {self.unit.name}" if self.unit else f"{self.place.name}"


def tenant_homes(person: User, at: int | None = None) -> list[Home]:
    """Where somebody lives now as a connected tenant: for these they may submit requests."""
    at = clock.now() if at is None else at
    query = (
        Tenancy.select(Tenancy, Unit, Property, Connection, Account)
        .join(Unit)
        .switch(Tenancy)
        .join(Property, on=(Tenancy.property == Property.id))
        .switch(Tenancy)
        .join(Connection)
        .join(Account)
        .where(
            (Connection.user == person)
            & (Connection.role == TENANT)
            & (Connection.state == CONNECTED)
            & Account.closed_at.is_null()
            & (Tenancy.starts_at <= at)
            & (Tenancy.ends_at > at)
        )
        .order_by(Property.name, Unit.name, Tenancy.id)
    )
    homes = {
        one.unit_id: Home(one.connection.account, one.property, one.unit, one.connection)
        for one in query
    }
    return list(homes.values())


def team_homes(person: User, account: Account) -> list[Home]:
    """The properties and units for which somebody of the team may write requests."""
    if account.is_closed or policy.Rights(person).level(MAINTENANCE, account.id) < MANAGE:
        return []
    places = list(policy.visible_properties(person, account.id))
    units = Unit.select().where(Unit.property.in_([place.id for place in places]))
    within: dict[int, list[Unit]] = {}
    for unit in sorted(units, key=lambda one: one.name.casefold()):
        within.setdefault(unit.property_id, []).append(unit)
    return [
        Home(account, place, unit, None)
        for place in places
        for unit in (None, *within.get(place.id, ()))
    ]


def home_of(person: User, key: str, at: int | None = None) -> Home:
    """The place a form names, for who may write requests for it.

    :raises Invalid: for the field `home`, for everybody else.
    """
    kind, _, number = key.partition(":")
    found = None
    if number.isascii() and number.isdigit() and len(number) < 19:
        found = _unit_home(person, int(number), at) if kind == "unit" else None
        found = _common_home(person, int(number)) if kind == "property" else found
    if found is None:
        raise Invalid({"home": "Choose the home this is about."})
    return found


def writes_for_a_team(person: User) -> bool:
    """Whether somebody may write requests for the team of any account."""
    return policy.Rights(person).level(MAINTENANCE) >= MANAGE


def _unit_home(person: User, number: int, at: int | None) -> Home | None:
    lived_in = next((one for one in tenant_homes(person, at) if one.key == f"unit:{number}"), None)
    if lived_in:
        return lived_in
    unit = Unit.select(Unit, Property).join(Property).where(Unit.id == number).first()
    return _of_team(person, unit.property, unit) if unit else None


def _common_home(person: User, number: int) -> Home | None:
    place = Property.get_or_none(Property.id == number)
    return _of_team(person, place, None) if place else None


def _of_team(person: User, place: Property, unit: Unit | None) -> Home | None:
    account: Account = place.account
    if account.is_closed or policy.Rights(person).level(MAINTENANCE, account.id) < MANAGE:
        return None
    seen = policy.visible_properties(person, account.id).where(Property.id == place.id)
    return Home(account, place, unit, None) if seen.exists() else None
