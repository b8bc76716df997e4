"""Tables of contacts as spreadsheets save them: reading one, and writing one to be opened there.

Nothing here asks the database. A file that cannot be read is refused with one sentence; what a
line says is judged by `models.import_plan`.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from models.errors import Invalid

LARGEST: Final = 2 * 1024 * 1024
"""Bytes of a file."""

MOST_LINES: Final = 5_000
MOST_COLUMNS: Final = 100

COLUMNS: Final = {
    "role": "Role",
    "name": "Name",
    "email": "Email",
    "phone": "Phone",
    "company": "Company",
    "trades": "Trades",
    "property": "Property",
    "unit": "Unit",
    "from_day": "From",
    "to_day": "Until",
    "note": "Note",
}
"""What a line may say of a contact, by the heading of its column."""

FAULT: Final = "Fault"
"""The heading under which written faults stand; a file may come back with it."""

_SPELLINGS: Final = {
    "role": "role roles type kind category contacttype contactrole",
    "name": "name fullname contact contactname displayname tenant tenantname resident residentname",
    "first": "first firstname givenname forename",
    "last": "last lastname surname familyname",
    "email": "email emails mail emailaddress mailaddress primaryemail",
    "phone": "phone phones phonenumber telephone tel mobile mobilephone mobilenumber cell cellphone"
    " primaryphone",
    "company": "company companyname business businessname organisation organization firm",
    "trades": "trade trades profession professions skill skills specialty specialties",
    "property": "property propertyname propertyaddress properties building buildingname address",
    "unit": "unit unitname unitnumber unitno apartment apartmentnumber apt aptno flat suite",
    "from_day": "from fromdate start startdate startson since leasestart leasefrom movein"
    " moveindate",
    "to_day": "until untildate to todate till end enddate endson leaseend leaseto moveout"
    " moveoutdate",
    "note": "note notes comment comments remark remarks",
}
_FIELD_OF: Final = {each: field for field, all_ in _SPELLINGS.items() for each in all_.split()}
_NOT_SPELLED: Final = re.compile(r"[\W_]+")
_NAMED_SEPARATOR: Final = re.compile(r"sep=([,;\t])\r?\n")
# What a spreadsheet takes for the beginning of a formula, in both widths of letters.
_FORMULA: Final = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
_GUARDED: Final = re.compile(r"'(?=\s*[=+\-@＝＋－＠])")

_SAVE_AS: Final = "Save it as “CSV UTF-8” and choose it again."
WORKBOOK: Final = f"This is a workbook, not a CSV file. {_SAVE_AS}"
WIDE_LETTERS: Final = f"This file is in UTF-16. {_SAVE_AS}"
NO_TEXT: Final = f"This is not a text file. {_SAVE_AS}"
UNKNOWN_LETTERS: Final = f"The letters of this file can't be read. {_SAVE_AS}"
EMPTY: Final = "There is nothing in it. Choose a file, or paste its lines."
HEADINGS_ONLY: Final = "There are headings, but no line below them."
NO_NAMES: Final = "The first line must name the columns, and one of them must be “Name”."
TOO_MANY_LINES: Final = (
    f"This has more than {MOST_LINES:,} lines. Split it and import one part after the other."
)
TOO_MANY_COLUMNS: Final = "This has {number:,} columns. Use at most {most:,}."
OPEN_QUOTE: Final = (
    "Line {number} can't be read: a quotation mark is opened there and not closed, "
    "or closed in the middle of a text."
)
LONG_TEXT: Final = "Line {number} can't be read: it holds a text that is far too long."


@dataclass(frozen=True)
class Line:
    """One line: its number as a spreadsheet counts, and what it says, by the keys of COLUMNS.

    `has_more` says that it has filled cells to which no heading belongs.
    """

    number: int
    cells: Mapping[str, str]
    has_more: bool = False


@dataclass(frozen=True)
class Table:
    """The lines of a file. `unused` are headings that say nothing about contacts.

    `is_guessed` says that the file was not UTF-8 and was read as Windows-1252.
    """

    lines: Sequence[Line]
    unused: Sequence[str] = ()
    is_guessed: bool = False


def read(data: bytes) -> Table:
    """The lines of a file, blank ones left out but counted; tens of milliseconds when it is large.

    :raises Invalid: for the field `file`, with one sentence.
    """
    text, is_guessed = _decoded(data)
    delimiter, text = _delimiter(text)
    records = _records(text, delimiter)
    headings = next(records, None)
    if headings is None:
        raise _refusal(EMPTY)
    fields, unused = _columns(headings[1])
    lines: list[Line] = []
    for number, cells in records:
        if len(lines) == MOST_LINES:
            raise _refusal(TOO_MANY_LINES)
        lines.append(_line(number, cells, fields, len(headings[1])))
    if not lines:
        raise _refusal(HEADINGS_ONLY)
    return Table(lines, unused, is_guessed)


def written(lines: Iterable[Sequence[str]]) -> bytes:
    """Lines as a file that spreadsheets open, with nothing in it that they would calculate.

    Everything stands in quotation marks: a spreadsheet of another country separates by other
    marks, and must not find a new cell inside a text.
    """
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(
        [_guarded(cell) for cell in one] for one in lines
    )
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def _guarded(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _decoded(data: bytes) -> tuple[str, bool]:
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise _refusal(WORKBOOK)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refusal(WIDE_LETTERS)
    if b"\0" in data:
        raise _refusal(NO_TEXT)
    try:
        return data.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), True
    except UnicodeDecodeError:
        raise _refusal(UNKNOWN_LETTERS) from None


def _delimiter(text: str) -> tuple[str, str]:
    """What separates the cells, and the text without a line that names it."""
    named = _NAMED_SEPARATOR.match(text)
    if named:
        return named[1], text[named.end() :]

    def fitting(delimiter: str) -> tuple[int, int]:
        try:
            headings = next(csv.reader(_opened(text.lstrip()), delimiter=delimiter), [])
        except csv.Error:
            return -1, 0
        return sum(_field(heading) is not None for heading in headings), len(headings)

    return max(",;\t", key=fitting), text


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with something in it, and its number."""
    reader = csv.reader(
        _opened(text), delimiter=delimiter, strict=True, skipinitialspace=delimiter != "\t"
    )
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            words = LONG_TEXT if "limit" in str(error) else OPEN_QUOTE
            raise _refusal(words.format(number=number)) from None
        if any(cell and not cell.isspace() for cell in cells):
            yield number, cells


def _opened(text: str) -> io.StringIO:
    return io.StringIO(text, newline="")


def _field(heading: str) -> str | None:
    return _FIELD_OF.get(_NOT_SPELLED.sub("", heading[:60].casefold()))


def _columns(headings: Sequence[str]) -> tuple[dict[int, str], list[str]]:
    """Which field stands in which column, and the headings that name none or one again."""
    if len(headings) > MOST_COLUMNS:
        raise _refusal(TOO_MANY_COLUMNS.format(number=len(headings), most=MOST_COLUMNS))
    fields: dict[int, str] = {}
    unused = []
    for index, heading in enumerate(headings):
        field = _field(heading)
        if field and field not in fields.values():
            fields[index] = field
        elif heading.strip() and heading.strip() != FAULT:
            unused.append(" ".join(heading.split())[:40])
    if not {"name", "first", "last"} & set(fields.values()):
        raise _refusal(NO_NAMES)
    return fields, unused


def _line(number: int, cells: Sequence[str], fields: Mapping[int, str], width: int) -> Line:
    found = {
        field: _GUARDED.sub("", cells[index].strip(), count=1).strip() if index < len(cells) else ""
        for index, field in fields.items()
    }
    parts = [found.pop("first", ""), found.pop("last", "")]
    found["name"] = found.get("name") or " ".join(filter(None, parts))
    return Line(number, found, any(cell.strip() for cell in cells[width:]))


def _refusal(sentence: str) -> Invalid:
    return Invalid({"file": sentence})
