"""Queries compiled once per process and kind of database.

peewee needs ten times as long to build the access query as SQLite to run it (MODEL 3), and for a
page it took longer to write its SQL than to do everything else.
"""

from collections import namedtuple
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final

from peewee import Select

from models.database import db, is_postgres

MOST: Final = 256
"""Longer lists are built into a query of their own, which is not kept."""

_FIRST_MARK: Final = -(10**17)
_NEAR_MARKS: Final = 10**16
_Shape = tuple[type | int, ...]


@dataclass(frozen=True)
class _Place:
    """Where a value of a call goes: the one called `name`, of a list the one at `index`."""

    name: str
    index: int | None = None


@dataclass(frozen=True)
class _Compiled:
    query: Select
    sql: str
    parameters: list[Any]

    def run(self, values: dict[str, Any]) -> Any:
        return db.execute_sql(self.sql, [self._value(one, values) for one in self.parameters])

    def _value(self, parameter: Any, values: dict[str, Any]) -> Any:
        if not isinstance(parameter, _Place):
            return parameter
        value = values[parameter.name]
        return value if parameter.index is None else value[parameter.index]


class Prepared:
    """A query with named values in it, built by `build(**values)` and then kept as SQL.

    While building, each value is a mark that nobody would write; in the kept SQL the marks
    are the places where the values of a call go. For whole numbers, texts and lists of whole
    numbers, where the shape of the query depends on nothing but how long the lists are. Their
    last number is repeated up to the next power of two, so that there are few shapes: a list
    may only be asked what is in it.
    """

    def __init__(self, build: Callable[..., Select], *names: str) -> None:
        self._build = build
        self._names = names
        self._compiled: dict[tuple[bool, _Shape], _Compiled] = {}
        self._row: Callable[..., Any] | None = None

    def rows(self, **values: int | str | Collection[int]) -> list[Any]:
        """Run with these values; each row has the selected columns as attributes."""
        cursor = self._run(values)[1]
        if self._row is None:
            columns = ",".join(column[0] for column in cursor.description)
            self._row = namedtuple("Row", columns)._make  # type: ignore[attr-defined]  # noqa: PYI024
        return [self._row(row) for row in cursor.fetchall()]

    def instances(self, **values: int | str | Collection[int]) -> list[Any]:
        """Run with these values, a query of a model: its instances, with what it joins to them."""
        query, cursor = self._run(values)
        return list(query._get_cursor_wrapper(cursor))  # noqa: SLF001  where peewee makes them

    def _run(self, given: dict[str, int | str | Collection[int]]) -> tuple[Select, Any]:
        values = {name: _padded(given[name]) for name in self._names}
        shape = tuple(_shape(value) for value in values.values())
        compiled = self._compiled.get((is_postgres(), shape))
        if compiled is None:
            compiled = self._compile(values)
            if not any(isinstance(length, int) and length > MOST for length in shape):
                self._compiled[is_postgres(), shape] = compiled
        return compiled.query, compiled.run(values)

    def _compile(self, values: dict[str, Any]) -> _Compiled:
        places: dict[int | str, _Place] = {}

        def mark(place: _Place, is_text: bool = False) -> int | str:
            made: int | str = f"\0{len(places)}" if is_text else _FIRST_MARK - len(places)
            places[made] = place
            return made

        marks = {
            name: [mark(_Place(name, index)) for index in range(len(value))]
            if isinstance(value, list)
            else mark(_Place(name), isinstance(value, str))
            for name, value in values.items()
        }
        query = self._build(**marks)
        sql, parameters = query.sql()
        return _Compiled(query, sql, [_placed(one, places) for one in parameters])


def _padded(value: int | str | Collection[int]) -> int | str | list[int]:
    if isinstance(value, int | str):
        return value
    numbers = list(value)
    missing = 0 if len(numbers) > MOST else (1 << max(0, len(numbers) - 1).bit_length())
    return numbers + numbers[-1:] * (missing - len(numbers))


def _shape(value: int | str | list[int]) -> type | int:
    return len(value) if isinstance(value, list) else str if isinstance(value, str) else int


def _placed(parameter: Any, places: dict[int | str, _Place]) -> Any:
    if isinstance(parameter, int | str) and parameter in places:
        return places[parameter]
    if isinstance(parameter, int) and abs(parameter - _FIRST_MARK) < _NEAR_MARKS:
        raise ValueError("A prepared query may not reckon with its values.")
    return parameter
