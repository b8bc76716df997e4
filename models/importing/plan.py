"""What becomes of each line of a table: decided before anything is stored.

Nothing here asks the database: the same lines, facts and choices give the same plan. Thousands
of lines cost time on a processor, so the server plans off the hub.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Final

from models import clock
from models.account import Account
from models.checking import Check
from models.clock import FOREVER
from models.connection import OWNER, SERVICE_PRO, TENANT
from models.contacts import Entry, Grounds, Wanted, read_entry
from models.importing.days import iso
from models.importing.known import Known
from models.importing.places import Places, short
from models.importing.spreadsheet import COLUMNS, Line, Table
from models.property import Property, Unit

ADD: Final = "add"
THERE: Final = "there"
FAULTY: Final = "faulty"
"""What becomes of a line: a contact; nothing, because they are there or stand in an earlier
line; nothing, because it has a fault."""

NO_NAME: Final = "There is no name."
NO_ROLE: Final = "“{said}” is no role. Write tenant, service pro or owner."
MORE_CELLS: Final = (
    "This line has more cells than there are headings. Is there a comma in a text without "
    "quotation marks?"
)
DAYS_WITHOUT_UNIT: Final = "Say which unit they live in, or leave the days out."
SAME_AS_LINE: Final = "The same person as in line {number}."

_ROLES: Final = {
    TENANT: "tenant tenants renter renters resident residents lessee lessees",
    SERVICE_PRO: "servicepro servicepros pro pros service vendor vendors contractor contractors"
    " serviceprovider serviceproviders",
    OWNER: "owner owners propertyowner propertyowners landlord landlords",
}
_ROLE_OF: Final = {each: role for role, all_ in _ROLES.items() for each in all_.split()}
_NO_LETTER: Final = re.compile(r"[\W_]+")
_TEXTS: Final = ("name", "email", "phone", "company", "trades", "note")


@dataclass(frozen=True)
class Facts:
    """Everything in an account that decides what becomes of lines, in rows of plain columns.

    `properties`: id, name, address, zone. `units`: id, property, name. `contacts`, those the
    person sees: id, role, name, email, company. `tenancies` of these: contact, unit.
    """

    account: int
    mode: str
    zone: str
    roles: Sequence[str]
    all_properties: bool
    properties: Sequence[tuple[int, str, str, str]]
    units: Sequence[tuple[int, int, str]]
    contacts: Sequence[tuple[int, str, str, str, str]]
    tenancies: Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Choices:
    """What the person chose for all lines.

    `role` is that of lines that name none. With `makes_places` missing properties and units
    are added, by who works for all. `day_first` reads 3/4/2026 as April 3.
    """

    role: str = TENANT
    makes_places: bool = False
    day_first: bool = False


@dataclass(frozen=True)
class Step:
    """What becomes of one line.

    `entry` is what is stored for an ADD, with the properties and units that are added for it;
    `because` says why somebody is THERE, `faults` what is wrong with a FAULTY line, by the keys
    of COLUMNS.
    """

    line: Line
    verdict: str
    role: str
    entry: Entry | None = None
    new_properties: Sequence[Property] = ()
    new_units: Sequence[Unit] = ()
    because: str = ""
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def letter(self) -> str:
        """What becomes of it, in one letter: `n` adds a place too."""
        return "n" if self.new_units or self.new_properties else self.verdict[0]

    @property
    def days(self) -> tuple[date | None, date | None]:
        """The first and the last day of the tenancy, as its property counts days."""
        home = self.entry.home if self.entry else None
        if home is None:
            return None, None
        zone = home.property.zone
        ends = home.ends_at != FOREVER
        last = clock.to_datetime(home.ends_at - 1, zone).date() if ends else None
        return clock.to_datetime(home.starts_at, zone).date(), last


@dataclass(frozen=True)
class Plan:
    """What becomes of every line, in their order, and what it was decided by."""

    facts: Facts
    choices: Choices
    steps: Sequence[Step]

    def of(self, verdict: str) -> list[Step]:
        """The lines with this verdict."""
        return [step for step in self.steps if step.verdict == verdict]

    @cached_property
    def mark(self) -> str:
        """A letter for each line: plans of one table with the same mark do the same."""
        return "".join(step.letter for step in self.steps)

    @cached_property
    def properties(self) -> list[Property]:
        """The properties that are added, each once."""
        return _each_once(place for step in self.steps for place in step.new_properties)

    @cached_property
    def units(self) -> list[Unit]:
        """The units that are added, each once."""
        return _each_once(unit for step in self.steps for unit in step.new_units)

    @cached_property
    def entries(self) -> list[Entry]:
        """Who is added."""
        return [step.entry for step in self.steps if step.entry]

    @cached_property
    def addresses(self) -> list[str]:
        """The addresses of those who are added and have one."""
        return [entry.columns["email"] for entry in self.entries if entry.columns["email"]]


def make(table: Table, facts: Facts, choices: Choices, at: int) -> Plan:
    """What becomes of each line.

    :param at: now, in milliseconds; a tenancy without a first day begins today.
    """
    makes = choices.makes_places and facts.all_properties
    places = Places(facts.account, facts.zone, facts.properties, facts.units, makes)
    known = Known(facts.contacts, facts.tenancies)
    grounds = Grounds(
        account=Account(id=facts.account, mode=facts.mode, zone=facts.zone),
        roles=facts.roles,
        units=places.units,
        properties=places.properties,
        all_properties=facts.all_properties,
        at=at,
    )
    steps = [_step(one, choices, grounds, places, known) for one in table.lines]
    return Plan(facts, choices, steps)


def _step(one: Line, choices: Choices, grounds: Grounds, places: Places, known: Known) -> Step:
    check = Check()
    if one.has_more:
        check.refuse("name", MORE_CELLS)
    if not one.cells.get("name"):
        check.refuse("name", NO_NAME)
    role = _role(check, one.cells.get("role", ""), choices.role)
    wanted = _wanted(check, one, role, choices, places)
    if role == TENANT and not wanted.unit and (wanted.from_day or wanted.to_day):
        check.refuse("unit", DAYS_WITHOUT_UNIT)
    entry = read_entry(check, grounds, wanted)
    there = known.find(entry, is_sound=not check.errors)
    if there:
        return Step(one, THERE, role, because=there)
    if check.errors:
        return Step(one, FAULTY, role, faults=_by_column(check.errors))
    known.note(entry, SAME_AS_LINE.format(number=one.number))
    return Step(one, ADD, role, entry, *_made_for(entry))


def _made_for(entry: Entry) -> tuple[list[Property], list[Unit]]:
    """The properties and units of an entry that are not stored yet."""
    homes = [entry.home] if entry.home else []
    places = [*entry.owned, *(home.property for home in homes)]
    return (
        [place for place in places if place.id is None],
        [home.unit for home in homes if home.unit.id is None],
    )


def _wanted(check: Check, one: Line, role: str, choices: Choices, places: Places) -> Wanted:
    said = one.cells
    return Wanted(
        role=role,
        **{name: said.get(name, "") for name in _TEXTS},
        unit=places.unit(check, said) if role == TENANT else "",
        properties=places.owned(check, said) if role == OWNER else [],
        from_day=iso(said.get("from_day", ""), choices.day_first),
        to_day=iso(said.get("to_day", ""), choices.day_first),
    )


def _role(check: Check, said: str, otherwise: str) -> str:
    if not said:
        return otherwise
    role = _ROLE_OF.get(_NO_LETTER.sub("", said[:60].casefold()))
    if role is None:
        check.refuse("role", NO_ROLE.format(said=short(said)))
    return role or otherwise


def _by_column(errors: dict[str, str]) -> dict[str, str]:
    found = {("property" if name == "properties" else name): why for name, why in errors.items()}
    if "property" in found:
        found.pop("unit", None)  # it is looked for inside its property
    return {name: found[name] for name in COLUMNS if name in found}


def _each_once(things: Iterable[Any]) -> list[Any]:
    # Rows that are not stored yet are not equal to themselves in peewee's eyes.
    return list({id(thing): thing for thing in things}.values())
