"""Changing properties and units, and removing those that nobody uses."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Final

from peewee import Expression, IntegrityError

from models import appearing, clock, ending, policy
from models.checking import Check
from models.clock import FOREVER
from models.connection import Connection
from models.database import locked, transaction
from models.errors import Conflict, Invalid, Missing, Refused
from models.keeping import lock_account
from models.maintenance import MaintenanceRequest
from models.moving import moved
from models.places import (
    LONGEST_UNIT,
    NAME_MISSING,
    ONLY_SOME,
    UNIT_MISSING,
    managed_property,
)
from models.property import OwnerProperty, Property, StaffProperty, Tenancy, Unit
from models.text import line
from models.user import User
from models.zones import UNKNOWN
from models.zones import zone as known_zone

LIVES: Final = "{name} lives in {unit}. Change the tenancy first."
LIVED: Final = "{unit} was the home of {name} and stays on their record."
OWNED: Final = "{name} owns {place}. Change that first."
REPAIRED: Final = "{place} has maintenance requests and stays with them."
IN_USE: Final = "{place} is in use and stays."


def managed_unit(person: User, unit_id: int) -> Unit:
    """The unit, for a member of the team who may change its property; raises as that does."""
    unit = Unit.get_or_none(Unit.id == unit_id)
    if unit is None:
        raise Missing
    managed_property(person, unit.property_id)
    return unit


def change_property(
    person: User, property_id: int, name: str, address: str, zone: str, at: int | None = None
) -> tuple[Property, list[int]]:
    """Change what a property is called, where it stands, and the zone of its days.

    In another zone the tenancies keep their days: they begin and end at its midnights. Who has
    none any more by that is disconnected, as by time.

    :returns: the property, and the ids of the threads that closed or changed.
    :raises Missing: and
    :raises Refused: as `managed_property`.
    :raises Invalid: with a sentence for each field that cannot be taken.
    """
    at = clock.now() if at is None else at
    managed_property(person, property_id)
    check = Check()
    name = check.read("name", line, name, NAME_MISSING)
    address = check.read("address", partial(line, limit=200), address)
    zone = check.read("zone", known_zone, zone, UNKNOWN)
    check.finish()
    with transaction():
        place = _locked(person, property_id)
        before = place.zone
        Property.update(name=name, address=address, zone=zone).where(
            Property.id == property_id
        ).execute()
        closed = list(_moved_to(place, before, zone, at)) if zone != before else []
    followed = moved(place.account_id, at) if zone != before else []
    return Property.get_by_id(property_id), list(dict.fromkeys([*closed, *followed]))


def rename_unit(person: User, unit_id: int, name: str) -> Unit:
    """Call a unit something else.

    :raises Invalid: when the name cannot be taken or is there already.
    Otherwise raises as `managed_unit`.
    """
    unit = managed_unit(person, unit_id)
    check = Check()
    name = check.read("name", partial(line, limit=LONGEST_UNIT), name, UNIT_MISSING)
    check.finish()
    try:
        with transaction():
            lock_account(person, unit.property.account_id)
            unit = managed_unit(person, unit_id)
            Unit.update(name=name).where(Unit.id == unit.id).execute()
    except IntegrityError:
        raise Invalid({"name": f"{unit.property.name} has a {name} already."}) from None
    return Unit.get_by_id(unit.id)


def remove_unit(person: User, unit_id: int) -> Unit:
    """Remove a unit in which nobody ever lived.

    :raises Conflict: when somebody does or did, or a maintenance request is about it.
    Otherwise raises as `managed_unit`.
    """
    unit = managed_unit(person, unit_id)
    try:
        with transaction():
            _locked(person, unit.property_id)
            _refuse_homes(person, Tenancy.unit == unit)
            if MaintenanceRequest.select().where(MaintenanceRequest.unit == unit).exists():
                raise Conflict(REPAIRED.format(place=unit.name))
            unit.delete_instance()
    except IntegrityError:
        raise Conflict(IN_USE.format(place=unit.name)) from None
    return unit


def remove_property(person: User, property_id: int) -> Property:
    """Remove a property with its units, when nobody lives or lived there and nobody owns it.

    :raises Conflict: with who or what holds it.
    :raises Refused: when the person may only look, or works for some properties only.
    :raises Missing: when it is not there or not theirs.
    """
    place = managed_property(person, property_id)
    try:
        with transaction():
            place = _locked(person, property_id)
            if not policy.works_for_all(person, place.account_id):
                raise Refused(ONLY_SOME)
            _refuse_held(person, place)
            StaffProperty.delete().where(StaffProperty.property == place).execute()
            Unit.delete().where(Unit.property == place).execute()
            place.delete_instance()
    except IntegrityError:
        raise Conflict(IN_USE.format(place=place.name)) from None
    return place


def _locked(person: User, property_id: int) -> Property:
    """The property, for who may still change it, with its account and its tenants locked.

    Whoever else adds a tenancy, a unit or an owner there holds the account too: they wait, or
    were first.
    """
    place = managed_property(person, property_id)
    lock_account(person, place.account_id)
    ties = Tenancy.select(Tenancy.connection).where(Tenancy.property == place)
    list(locked(Connection.select().where(Connection.id.in_(ties)).order_by(Connection.id)))
    return managed_property(person, property_id)


def _refuse_held(person: User, place: Property) -> None:
    _refuse_homes(person, Tenancy.property == place)
    owner = Connection.select().join(OwnerProperty).where(OwnerProperty.property == place).first()
    if owner:
        words = OWNED if _sees(person, owner) else IN_USE
        raise Conflict(words.format(name=owner.name, place=place.name))
    if MaintenanceRequest.select().where(MaintenanceRequest.property == place).exists():
        raise Conflict(REPAIRED.format(place=place.name))


def _refuse_homes(person: User, where: Expression) -> None:
    held = (
        Tenancy.select(Tenancy, Connection, Unit)
        .join(Connection)
        .switch(Tenancy)
        .join(Unit)
        .where(where)
        .order_by(Tenancy.ends_at.desc())
        .first()
    )
    if held:
        words = LIVES if held.ends_at > clock.now() else LIVED
        if not _sees(person, held.connection):
            words = IN_USE
        unit = held.unit.name
        raise Conflict(words.format(name=held.connection.name, unit=unit, place=unit))


def _sees(person: User, contact: Connection) -> bool:
    seen = policy.visible_contacts(person, contact.account_id)
    return bool(seen.where(Connection.id == contact.id).exists())


def _moved_to(place: Property, before: str, zone: str, at: int) -> Iterator[int]:
    query = Tenancy.select(Tenancy, Connection).join(Connection)
    held = list(query.where(Tenancy.property == place))
    with appearing.noticed({one.connection_id for one in held}, at):
        for one in held:
            one.starts_at = clock.start_of(_day(one.starts_at, before), zone)
            if one.ends_at != FOREVER:
                one.ends_at = clock.end_of(_day(one.ends_at - 1, before), zone)
            one.save()
    for contact in sorted({one.connection for one in held}, key=lambda tie: tie.id):
        yield from ending.end_if_over(contact, at)


def _day(instant: int, zone: str) -> date:
    return clock.to_datetime(instant, zone).date()
