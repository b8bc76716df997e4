"""Who lives where from which day to which: adding, changing, taking back (SPEC 1, "Places")."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from peewee import Expression, IntegrityError

from models import appearing, clock, ending, policy
from models.checking import Check
from models.clock import FOREVER
from models.connection import CONNECTED, TENANT, Connection
from models.contacts import UNIT_MISSING, UNIT_UNKNOWN, read_days
from models.database import transaction
from models.errors import Invalid, Missing, Refused
from models.keeping import lock_managed, managed_contact
from models.moving import moved
from models.places import visible_units
from models.property import Property, Tenancy, Unit
from models.user import User

ONLY_TENANTS: Final = "Only tenants live somewhere."
THERE_ALREADY: Final = "{name} lives there in these days already."


@dataclass(frozen=True)
class Typed:
    """What somebody typed about a tenancy: days as ISO dates, the unit's id as text."""

    unit: str = ""
    from_day: str = ""
    to_day: str = ""


@dataclass(frozen=True)
class Home:
    """A tenancy in words and days; `last` is None without an end. `when`: now, later or over."""

    id: int
    unit_id: int
    place: str
    first: date
    last: date | None
    when: str


@dataclass(frozen=True)
class Changed:
    """What a change did: the threads that changed, and whether it ended the connection."""

    contact: Connection
    threads: tuple[int, ...]
    ended: bool


def homes(person: User, contact: Connection, at: int | None = None) -> list[Home]:
    """The tenancies of a contact in the properties `person` works for, the latest first."""
    at = clock.now() if at is None else at
    query = (
        Tenancy.select(Tenancy, Unit, Property)
        .join(Unit)
        .switch(Tenancy)
        .join(Property)
        .where((Tenancy.connection == contact) & _theirs(person, contact.account_id))
        .order_by(Tenancy.starts_at.desc(), Tenancy.id.desc())
    )
    return [_home(tenancy, at) for tenancy in query]


def last_day(contact: Connection) -> date | None:
    """The last day of all their tenancies together; None while one has no end, or without any."""
    query = Tenancy.select(Tenancy, Property).join(Property).where(Tenancy.connection == contact)
    latest = max(query, key=lambda one: one.ends_at, default=None)
    return latest and _last(latest)


def save(
    person: User, contact_id: int, typed: Typed, tenancy: int | None = None, at: int | None = None
) -> Changed:
    """Add a tenancy to a contact, or change the one with this id.

    When by that the last one is over, the connection ends as it does by time.

    :raises Missing: when contact or tenancy is not there or not theirs.
    :raises Refused: when they may not keep contacts.
    :raises Invalid: with a sentence for each field that cannot be taken.
    """
    at = clock.now() if at is None else at
    contact = _tenant(person, contact_id)
    try:
        with transaction():
            contact = lock_managed(person, contact)
            held = _held(person, contact, tenancy) if tenancy else None
            wanted = _read(person, contact, typed, held, at)
            with appearing.noticed([contact.id], at):
                wanted.save()
            closed = ending.end_if_over(contact, at)
    except IntegrityError:  # the unit was removed in this moment
        raise Invalid({"unit": UNIT_UNKNOWN}) from None
    return _changed(contact, closed, at)


def remove(person: User, contact_id: int, tenancy: int, at: int | None = None) -> Changed:
    """Take a tenancy back that was noted by mistake; nothing ends by that.

    :raises Missing: and
    :raises Refused: as `save`.
    """
    at = clock.now() if at is None else at
    contact = _tenant(person, contact_id)
    with transaction():
        contact = lock_managed(person, contact)
        held = _held(person, contact, tenancy)
        with appearing.noticed([contact.id], at):
            held.delete_instance()
    return _changed(contact, [], at)


def keep_connected(person: User, contact_id: int, stays: bool, at: int | None = None) -> Changed:
    """Let the connection of a tenant outlast their tenancies, or not any more.

    :raises Missing: and
    :raises Refused: as `save`.
    """
    at = clock.now() if at is None else at
    contact = _tenant(person, contact_id)
    with transaction():
        contact = lock_managed(person, contact)
        Connection.update(stays=stays).where(Connection.id == contact.id).execute()
        closed = ending.end_if_over(contact, at)
    return _changed(contact, closed, at)


def _changed(contact: Connection, closed: list[int], at: int) -> Changed:
    threads = dict.fromkeys([*closed, *moved(contact.account_id, at)])
    now = Connection.get_by_id(contact.id)
    ended = contact.state == CONNECTED and now.state != CONNECTED
    return Changed(now, tuple(threads), ended)


def _tenant(person: User, contact_id: int) -> Connection:
    contact = managed_contact(person, contact_id)
    if contact.role != TENANT:
        raise Refused(ONLY_TENANTS)
    return contact


def _theirs(person: User, account: int) -> Expression:
    mine = policy.visible_properties(person, account).select(Property.id).order_by()
    theirs: Expression = Tenancy.property.in_(mine)
    return theirs


def _held(person: User, contact: Connection, tenancy: int) -> Tenancy:
    own = (Tenancy.id == tenancy) & (Tenancy.connection == contact)
    found = Tenancy.get_or_none(own & _theirs(person, contact.account_id))
    if found is None:
        raise Missing
    return found


def _read(
    person: User, contact: Connection, typed: Typed, held: Tenancy | None, at: int
) -> Tenancy:
    units = {str(unit.id): unit for unit in visible_units(person, contact.account_id)}
    unit: Any = units.get(typed.unit)
    check = Check()
    if unit is None:
        check.refuse("unit", UNIT_UNKNOWN if typed.unit else UNIT_MISSING)
    zone = unit.property.zone if unit else contact.account.zone
    starts_at, ends_at = read_days(check, typed.from_day, typed.to_day, zone, at)
    check.finish()
    wanted = held or Tenancy(connection=contact)
    wanted.unit, wanted.property = unit, unit.property
    wanted.starts_at, wanted.ends_at = starts_at, ends_at
    _refuse_twice(contact, wanted)
    return wanted


def _refuse_twice(contact: Connection, wanted: Tenancy) -> None:
    other = Tenancy.select().where(
        (Tenancy.connection == contact)
        & (Tenancy.unit == wanted.unit)
        & (Tenancy.id != (wanted.id or 0))
        & (Tenancy.starts_at < wanted.ends_at)
        & (Tenancy.ends_at > wanted.starts_at)
    )
    if other.exists():
        raise Invalid({"unit": THERE_ALREADY.format(name=contact.name)})


def _home(tenancy: Tenancy, at: int) -> Home:
    when = "over" if tenancy.ends_at <= at else "later" if tenancy.starts_at > at else "now"
    return Home(
        id=tenancy.id,
        unit_id=tenancy.unit_id,
        place=f"{tenancy.property.name}, {tenancy.unit.name}",
        first=clock.to_datetime(tenancy.starts_at, tenancy.property.zone).date(),
        last=_last(tenancy),
        when=when,
    )


def _last(tenancy: Tenancy) -> date | None:
    if tenancy.ends_at == FOREVER:
        return None
    return clock.to_datetime(tenancy.ends_at - 1, tenancy.property.zone).date()
