"""Queries compiled once per process and kind of database.

peewee needs ten times as long to build the access query as SQLite to run it (MODEL 3).
"""

from collections import namedtuple
from collections.abc import Callable
from typing import Any

from peewee import Select

from models.database import db, is_postgres

_FIRST_MARK = -(10**17)


class Prepared:
    """A query with named numbers in it, built by `build(**numbers)` and then kept as SQL.

    While building, each number is a mark that nobody would write; in the kept SQL the marks
    are the places where the numbers of a call go. Only for whole numbers, and only where the
    shape of the query does not depend on them.
    """

    def __init__(self, build: Callable[..., Select], *names: str) -> None:
        self._build = build
        self._marks = {_FIRST_MARK - index: name for index, name in enumerate(names)}
        self._compiled: dict[bool, tuple[str, list[Any]]] = {}
        self._row: Callable[..., Any] | None = None

    def rows(self, **numbers: int) -> list[Any]:
        """Run with these numbers; each row has the selected columns as attributes."""
        sql, holes = self._sql()
        values = [numbers[self._marks[hole]] if self._is_mark(hole) else hole for hole in holes]
        cursor = db.execute_sql(sql, values)
        if self._row is None:
            columns = ",".join(column[0] for column in cursor.description)
            self._row = namedtuple("Row", columns)._make  # type: ignore[attr-defined]  # noqa: PYI024
        return [self._row(row) for row in cursor.fetchall()]

    def _sql(self) -> tuple[str, list[Any]]:
        compiled = self._compiled.get(is_postgres())
        if compiled is None:
            query = self._build(**{name: mark for mark, name in self._marks.items()})
            compiled = self._compiled[is_postgres()] = query.sql()
        return compiled

    def _is_mark(self, value: Any) -> bool:
        return isinstance(value, int) and value in self._marks
