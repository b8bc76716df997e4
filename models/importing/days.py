"""Days as spreadsheets of several countries write them."""

import re
from typing import Final

from models.importing.spreadsheet import Table

_YEAR_FIRST: Final = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")
_YEAR_LAST: Final = re.compile(r"([0-9]{1,2})([/.])([0-9]{1,2})\2([0-9]{4})")
_MIDNIGHT: Final = re.compile(r"[ T]00:00(?::00(?:\.0+)?)?\Z")
_MONTHS: Final = 12


def iso(said: str, day_first: bool) -> str:
    """A day as 2026-11-30; what is no day, or may be none, comes back as it is.

    :param day_first: whether 3/4/2026 is April 3; with dots it always is.
    """
    said = _MIDNIGHT.sub("", said)
    if match := _YEAR_FIRST.fullmatch(said):
        year, month, day = match.groups()
    elif match := _YEAR_LAST.fullmatch(said):
        month, day, year = match[1], match[3], match[4]
        if day_first or match[2] == ".":
            month, day = day, month
    else:
        return said
    return f"{year}-{int(month):02}-{int(day):02}"


def has_slashes(table: Table) -> bool:
    """Whether any day stands there as 3/4/2026, which is read differently in two countries."""
    return bool(_slashed(table))


def day_comes_first(table: Table, otherwise: bool) -> bool:
    """Whether 3/4/2026 is April 3 in a table, by those of its days that can be read one way only.

    :param otherwise: the answer where they do not tell.
    """
    found = _slashed(table)
    day_first, month_first = any(a > _MONTHS for a, _ in found), any(b > _MONTHS for _, b in found)
    return otherwise if day_first == month_first else day_first


def _slashed(table: Table) -> list[tuple[int, int]]:
    matches = (
        _YEAR_LAST.match(one.cells.get(name, ""))
        for one in table.lines
        for name in ("from_day", "to_day")
    )
    return [(int(one[1]), int(one[3])) for one in matches if one and one[2] == "/"]
