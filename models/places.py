"""Adding properties and their units."""

from collections.abc import Iterable, Sequence
from functools import partial

from peewee import IntegrityError, Select

from models import policy
from models.checking import Check
from models.database import transaction
from models.errors import Invalid, Missing, Refused
from models.keeping import lock_account, require_manage
from models.property import Property, Unit
from models.text import line
from models.user import User
from models.zones import UNKNOWN
from models.zones import zone as known_zone

MOST_UNITS = 500
LONGEST_UNIT = 60

NAME_MISSING = "Give the property a name, as 412 Alder St."
UNIT_MISSING = "Give the unit a name, as Unit 3B."
ONLY_SOME = "You work for some properties only. Ask an admin to add one."


def visible_units(person: User, account: int) -> Select:
    """The units of the visible properties, with their property, in the order of the list."""
    return (
        Unit.select(Unit, Property)
        .join(Property)
        .where(
            Property.id.in_(
                policy.visible_properties(person, account).select(Property.id).order_by()
            )
        )
        .order_by(Property.name, Property.id, Unit.name)
    )


def managed_property(person: User, property_id: int) -> Property:
    """The property, for a member of the team who works for it and may change it.

    :raises Missing: when it is not there or not theirs.
    :raises Refused: when they may only look.
    """
    place = Property.get_or_none(Property.id == property_id)
    seen = place and policy.visible_properties(person, place.account_id)
    if not place or not seen.where(Property.id == property_id).exists():
        raise Missing
    require_manage(person, place.account_id)
    return place


def require_adding(person: User, account: int) -> None:
    """Let only those through who may add a property.

    :raises Missing: for who is not on the account's team.
    :raises Refused: for who may only look, or works for some properties only.
    """
    require_manage(person, account)
    if not policy.works_for_all(person, account):
        raise Refused(ONLY_SOME)


def add_property(
    person: User, account: int, name: str, address: str, zone: str, units: Sequence[str]
) -> Property:
    """Add a property with its units; a unit named twice is added once.

    :param zone: the IANA zone in which its tenancies end.
    :raises Invalid: with a sentence for each field that cannot be taken.
    :raises Refused: when the person may not, or works for some properties only.
    """
    require_adding(person, account)
    check = Check()
    name = check.read("name", line, name, NAME_MISSING)
    address = check.read("address", partial(line, limit=200), address)
    zone = check.read("zone", known_zone, zone, UNKNOWN)
    names = _unit_names(check, units)
    check.finish()
    with transaction():
        lock_account(person, account)
        require_adding(person, account)
        made = Property.create(account=account, name=name, address=address, zone=zone)
        for unit in names:
            Unit.create(property=made, name=unit)
    return made


def add_unit(person: User, property_id: int, name: str) -> Unit:
    """Add a unit to a property the person works for.

    :raises Missing: when the property is not there or not theirs.
    :raises Invalid: when the name cannot be taken or is there already.
    """
    place = managed_property(person, property_id)
    check = Check()
    name = check.read("name", partial(line, limit=LONGEST_UNIT), name, UNIT_MISSING)
    check.finish()
    try:
        with transaction():
            lock_account(person, place.account_id)
            place = managed_property(person, property_id)
            return Unit.create(property=place, name=name)
    except IntegrityError:
        raise Invalid({"name": f"{place.name} has a {name} already."}) from None


def _unit_names(check: Check, units: Iterable[str]) -> list[str]:
    read = partial(line, limit=LONGEST_UNIT)
    names = [check.read("units", read, unit) for unit in units]
    unique = list(dict.fromkeys(name for name in names if name))
    if len(unique) > MOST_UNITS:
        check.refuse("units", f"Add at most {MOST_UNITS} units at once.")
    return unique
