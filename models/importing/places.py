"""Properties and units by what people call them in a table."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from models.checking import Check
from models.places import LONGEST_UNIT
from models.property import Property, Unit
from models.text import line

NO_PROPERTY: Final = "You have no property called “{said}”."
TWO_PROPERTIES: Final = "You have several properties called “{said}”."
WHICH_PROPERTY: Final = "Say which property this unit is in."
WHICH_UNIT: Final = "Say which unit of it they live in."
NO_UNIT: Final = "{property} has no unit called “{said}”."
TWO_UNITS: Final = "{property} has several units called “{said}”."

_UNIT_WORDS: Final = re.compile(
    r"(?:(?:unit|apartment|apt|flat|suite|ste|no|nr|number)\b[\s.:]*|#\s*)+"
)
_LONGEST_SAID: Final = 60


def key(name: str) -> str:
    """How a name is compared: without case, width, marks around it, or space twice."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split()).strip(" .,;:")


def short(said: str) -> str:
    """Something typed, as a sentence repeats it."""
    return said if len(said) <= _LONGEST_SAID else f"{said[:_LONGEST_SAID]}…"


class Places:
    """The properties and units of a person, found by name; with `makes` missing ones are made.

    `properties` and `units` hold them under the text by which `contacts.Wanted` names them.
    What is made has no id yet.
    """

    def __init__(
        self,
        account: int,
        zone: str,
        properties: Sequence[tuple[int, str, str, str]],
        units: Sequence[tuple[int, int, str]],
        makes: bool,
    ) -> None:
        self.properties: dict[str, Property] = {}
        self.units: dict[str, Unit] = {}
        self._account, self._zone, self._makes = account, zone, makes
        self._named: dict[str, list[str]] = {}
        self._addressed: dict[str, list[str]] = {}
        self._exactly: dict[tuple[str, str], list[str]] = {}
        self._loosely: dict[tuple[str, str], list[str]] = {}
        self._around: dict[str, set[str]] = {}
        for number, name, address, own_zone in properties:
            self._keep_property(
                str(number), Property(id=number, name=name, address=address, zone=own_zone)
            )
        for number, owner, name in units:
            place = self.properties[str(owner)]
            self._keep_unit(str(number), str(owner), Unit(id=number, property=place, name=name))

    def unit(self, check: Check, said: Mapping[str, str]) -> str:
        """The name of the unit a tenant lives in; empty when none is said, or none can be meant."""
        place = check.read("property", line, said.get("property", ""))
        unit = check.read("unit", partial(line, limit=LONGEST_UNIT), said.get("unit", ""))
        if check.errors.keys() & {"property", "unit"}:
            return ""
        if not unit:
            if place:
                check.refuse("unit", WHICH_UNIT)
            return ""
        owner = self._property(check, place) if place else self._property_around(check, unit)
        return self._unit(check, owner, unit) if owner else ""

    def owned(self, check: Check, said: Mapping[str, str]) -> list[str]:
        """The names of what an owner owns: several stand with a semicolon between them."""
        names = (check.read("property", line, one) for one in said.get("property", "").split(";"))
        found = (self._property(check, name) for name in names if name)
        return [each for each in found if each]

    def _property(self, check: Check, said: str) -> str:
        found = self._named.get(key(said)) or self._addressed.get(key(said)) or []
        if len(found) == 1:
            return found[0]
        if found or not self._makes:
            words = TWO_PROPERTIES if found else NO_PROPERTY
            check.refuse("property", words.format(said=short(said)))
            return ""
        made = Property(account=self._account, name=said, address="", zone=self._zone)
        return self._keep_property(f"new {len(self.properties)}", made)

    def _property_around(self, check: Check, unit: str) -> str:
        """The property of a unit that stands alone: the only one there is, or that has it."""
        found = self._around.get(_unit_key(unit)) or set(self.properties)
        if len(found) == 1:
            return next(iter(found))
        check.refuse("property", WHICH_PROPERTY)
        return ""

    def _unit(self, check: Check, owner: str, said: str) -> str:
        exactly, loosely = (owner, key(said)), (owner, _unit_key(said))
        found = self._exactly.get(exactly) or self._loosely.get(loosely) or []
        if len(found) == 1:
            return found[0]
        place = self.properties[owner]
        if found or not self._makes:
            words = TWO_UNITS if found else NO_UNIT
            check.refuse("unit", words.format(property=place.name, said=short(said)))
            return ""
        made = Unit(property=place, name=said)
        return self._keep_unit(f"new {len(self.units)}", owner, made)

    def _keep_property(self, name: str, place: Property) -> str:
        self.properties[name] = place
        self._named.setdefault(key(place.name), []).append(name)
        if place.address:
            self._addressed.setdefault(key(place.address), []).append(name)
        return name

    def _keep_unit(self, name: str, owner: str, unit: Unit) -> str:
        self.units[name] = unit
        self._exactly.setdefault((owner, key(unit.name)), []).append(name)
        self._loosely.setdefault((owner, _unit_key(unit.name)), []).append(name)
        self._around.setdefault(_unit_key(unit.name), set()).add(owner)
        return name


def _unit_key(name: str) -> str:
    """A unit's name without the word for it: `3B`, `Unit 3B` and `Apt. #3b` are one."""
    whole = key(name)
    found = _UNIT_WORDS.match(whole)
    return (whole[found.end() :] if found else whole) or whole
