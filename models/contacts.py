"""Keeping contacts: tenants, service pros and owners, before and after they join."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, Final

from models import clock, policy
from models.account import PROPERTY_MANAGER, Account
from models.checking import Check
from models.clock import FOREVER
from models.connection import (
    CONNECTED,
    DISCONNECTED,
    INVITED,
    OWNER,
    SERVICE_PRO,
    TEAM_ROLES,
    TENANT,
    Connection,
)
from models.database import transaction
from models.keeping import lock_account, visible_roles
from models.places import visible_units
from models.property import OwnerProperty, Property, Tenancy, Unit
from models.text import block, line
from models.user import LONGEST_NAME, User, address

ROLES: Final = (TENANT, SERVICE_PRO, OWNER)

NAME_MISSING: Final = "Whom do you want to add?"
UNIT_MISSING: Final = "Choose the unit they live in."
UNIT_UNKNOWN: Final = "Choose a unit from the list."
NOT_THEIRS: Final = "Choose a property from the list."
OWNERS_HIDDEN: Final = "Owners are there in Property Manager mode."
BAD_DAY: Final = "That is not a date. Try 2026-11-30."
ENDS_FIRST: Final = "The last day comes before the first."
NOT_YOURS: Final = "You don't look after these. Ask an admin to change your permissions."
PRESENT: Final = "{name} has this address already."


@dataclass(frozen=True)
class Wanted:
    """What somebody typed about a new contact; days as ISO dates, ids as text."""

    role: str = TENANT
    name: str = ""
    email: str = ""
    phone: str = ""
    company: str = ""
    trades: str = ""
    note: str = ""
    unit: str = ""
    from_day: str = ""
    to_day: str = ""
    properties: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Grounds:
    """What decides whether somebody may add a contact: the same for one and for thousands.

    `units` and `properties` are those the person works for, by the text that names each in
    `Wanted`; `all_properties` whether that is every one of the account. `at` is now, in ms.
    """

    account: Account
    roles: Collection[str]
    units: Mapping[str, Unit]
    properties: Mapping[str, Property]
    all_properties: bool
    at: int


@dataclass(frozen=True)
class Entry:
    """A contact as read: the columns, the tenancy to store with it, the properties it owns."""

    columns: dict[str, str]
    home: Tenancy | None
    owned: list[Property]


def add_contact(person: User, account: int, wanted: Wanted, at: int | None = None) -> Connection:
    """Add a contact to an account, with their tenancy or what they own; nobody is told.

    :raises Invalid: with a sentence for each field that cannot be taken.
    :raises Refused: when the person may not keep contacts.
    """
    at = clock.now() if at is None else at
    check = Check()
    with transaction():
        owner = lock_account(person, account)
        entry = read_entry(check, _grounds(person, owner, at), wanted)
        refuse_present(check, person, account, entry.columns["email"])
        check.finish()
        contact = Connection.create(account=owner, created_at=at, **entry.columns)
        if entry.home:
            entry.home.connection = contact
            entry.home.save()
        for place in entry.owned:
            OwnerProperty.create(connection=contact, property=place)
    return contact


def read_entry(check: Check, grounds: Grounds, wanted: Wanted) -> Entry:
    """What is stored of a new contact; `check` gathers a sentence for each field at fault.

    Nothing here asks the database: thousands of lines of a file are read by it too.
    """
    _check_role(check, grounds, wanted.role)
    columns = {"role": wanted.role} | read_facts(check, wanted)
    home = _home(check, grounds, wanted) if wanted.role == TENANT else None
    owned = []
    if wanted.role == OWNER:
        owned = read_owned(check, grounds.properties, grounds.all_properties, wanted.properties)
    return Entry(columns, home, owned)


def read_facts(check: Check, typed: Any) -> dict[str, str]:
    """The columns of a contact that are plain text, out of what was typed."""
    return {
        "name": check.read("name", partial(line, limit=LONGEST_NAME), typed.name, NAME_MISSING),
        "email": check.read("email", address, typed.email),
        "phone": check.read("phone", partial(line, limit=40), typed.phone),
        "company": check.read("company", line, typed.company),
        "trades": check.read("trades", line, typed.trades),
        "note": check.read("note", partial(block, limit=2000), typed.note),
    }


def _grounds(person: User, account: Account, at: int) -> Grounds:
    return Grounds(
        account=account,
        roles=visible_roles(person, account),
        units={str(unit.id): unit for unit in visible_units(person, account.id)},
        properties={
            str(place.id): place for place in policy.visible_properties(person, account.id)
        },
        all_properties=policy.works_for_all(person, account.id),
        at=at,
    )


def refuse_present(
    check: Check,
    person: User,
    account: int,
    email: str,
    but: Connection | None = None,
    *,
    hiring: bool = False,
) -> None:
    """Refuse an address that another contact or colleague has whom the person sees.

    One they do not see does not exist for them; if both are the same person, the second
    acceptance is refused in words (SPEC 1).

    :param hiring: for a place on the team, which who was a contact once may take.
    """
    if not email:
        return
    others = (Connection.email == email) & (Connection.id != (but.id if but else 0))
    coming = Connection.state.in_((CONNECTED, INVITED))
    contacts = policy.visible_contacts(person, account).where(others)
    if hiring:
        contacts = contacts.where(Connection.state != DISCONNECTED)
    other = contacts.first() or policy.visible_team(person, account).where(others & coming).first()
    if other:
        check.refuse("email", PRESENT.format(name=other.name))


def set_email(person: User, contact: Connection, email: str) -> str:
    """Note another address for a contact the person may change; returns it as stored.

    :raises Invalid: when no mail could reach it, or another contact has it.
    """
    check = Check()
    email = check.read("email", address, email, "Add an email address first.")
    is_team = contact.role in TEAM_ROLES
    refuse_present(check, person, contact.account_id, email, contact, hiring=is_team)
    check.finish()
    if email != contact.email:
        with transaction():
            Connection.update(email=email).where(Connection.id == contact.id).execute()
        contact.email = email
    return email


def _check_role(check: Check, grounds: Grounds, role: str) -> None:
    if role not in ROLES:
        check.refuse("role", "Choose a role.")
    elif role == OWNER and grounds.account.mode != PROPERTY_MANAGER:
        check.refuse("role", OWNERS_HIDDEN)
    elif role not in grounds.roles:
        check.refuse("role", NOT_YOURS)


def _home(check: Check, grounds: Grounds, wanted: Wanted) -> Tenancy | None:
    """The tenancy to store, or None: a tenant may be added before their unit is known."""
    if not wanted.unit:
        if not grounds.all_properties:
            check.refuse("unit", UNIT_MISSING)
        return None
    unit = grounds.units.get(wanted.unit)
    if unit is None:
        check.refuse("unit", UNIT_UNKNOWN)
        return None
    zone = unit.property.zone
    starts_at, ends_at = read_days(check, wanted.from_day, wanted.to_day, zone, grounds.at)
    return Tenancy(unit=unit, property=unit.property, starts_at=starts_at, ends_at=ends_at)


def read_days(check: Check, from_day: str, to_day: str, zone: str, at: int) -> tuple[int, int]:
    """From when to when (ms) a tenancy of these days runs in the IANA `zone`.

    Without a first day it begins today, or on its last day when that is past; without a last
    day it has no end.
    """
    first, last = _day(check, "from_day", from_day), _day(check, "to_day", to_day)
    if first and last and last < first:
        check.refuse("to_day", ENDS_FIRST)
    today = clock.to_datetime(at, zone).date()
    starts_at = clock.start_of(first or min(today, last or today), zone)
    return starts_at, clock.end_of(last, zone) if last else FOREVER


def read_owned(
    check: Check, mine: Mapping[str, Property], has_all: bool, wanted: Collection[str]
) -> list[Property]:
    """The properties named, out of those a person works for; who has not all must name one."""
    found = [mine[asked] for asked in dict.fromkeys(wanted) if asked in mine]
    if len(found) != len(set(wanted)):
        check.refuse("properties", NOT_THEIRS)
    elif not found and not has_all:
        check.refuse("properties", "Choose at least one property.")
    return found


def _day(check: Check, name: str, value: str) -> date | None:
    if not value.strip():
        return None
    try:
        day = date.fromisoformat(value.strip())
    except ValueError:
        check.refuse(name, BAD_DAY)
        return None
    if not 1970 < day.year < 2200:
        check.refuse(name, BAD_DAY)
        return None
    return day
