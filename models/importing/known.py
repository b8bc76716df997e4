"""Who is there already: by e-mail, by name and unit, or by name where nothing else is said."""

from collections.abc import Iterator, Sequence
from typing import Final

from models.contacts import Entry
from models.importing.places import key
from models.property import Unit

SAME_ADDRESS: Final = "{name} has this email already."
SAME_HOME: Final = "{name} is there already, in this unit."
SAME_NAME: Final = "{name} is there already."

Trait = tuple[str, ...]


class Known:
    """The contacts a person sees, and those of earlier lines, each by what tells them.

    Importing the same lines once more adds nobody, because each finds itself.
    """

    def __init__(
        self,
        contacts: Sequence[tuple[int, str, str, str, str]],
        tenancies: Sequence[tuple[int, int]],
    ) -> None:
        self._said: dict[Trait, str] = {}
        names = {}
        for number, role, name, email, company in contacts:
            names[number] = name
            self._said.setdefault(("address", email), SAME_ADDRESS.format(name=name))
            self._said.setdefault(_named(role, name, company), SAME_NAME.format(name=name))
        for number, unit in tenancies:
            name = names[number]
            self._said.setdefault(_home(name, unit), SAME_HOME.format(name=name))

    def find(self, entry: Entry, is_sound: bool) -> str:
        """The sentence that says where an entry is already; empty when it is new.

        :param is_sound: whether all of it could be read. Of any other its address alone tells.
        """
        traits = _traits(entry) if is_sound else _address(entry)
        return next((self._said[trait] for trait in traits if trait in self._said), "")

    def note(self, entry: Entry, sentence: str) -> None:
        """Remember an entry for the lines after it."""
        for trait in (*_traits(entry), _named_as(entry)):
            self._said.setdefault(trait, sentence)


def _traits(entry: Entry) -> Iterator[Trait]:
    yield from _address(entry)
    if entry.home:
        yield _home(entry.columns["name"], entry.home.unit)
    elif not entry.columns["email"]:
        yield _named_as(entry)


def _address(entry: Entry) -> Iterator[Trait]:
    if entry.columns["email"]:
        yield "address", entry.columns["email"]


def _home(name: str, unit: Unit | int) -> Trait:
    number = unit if isinstance(unit, int) else unit.id
    # A unit that is not there yet is told by itself: the plan holds each once.
    return "home", key(name), str(number) if number else f"new {id(unit)}"


def _named_as(entry: Entry) -> Trait:
    return _named(entry.columns["role"], entry.columns["name"], entry.columns["company"])


def _named(role: str, name: str, company: str) -> Trait:
    return "name", role, key(name), key(company)
