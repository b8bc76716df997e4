"""Reading tables of contacts as spreadsheets write them, and writing some to be opened there."""

import csv
import io

import pytest

from models.errors import Invalid
from models.importing import COLUMNS, spreadsheet, template
from models.importing.days import day_comes_first, has_slashes, iso
from models.importing.spreadsheet import Table, read, written


def lines_of(data: bytes | str) -> list[dict[str, str]]:
    found = read(data if isinstance(data, bytes) else data.encode())
    return [dict(one.cells) for one in found.lines]


def refused(data: bytes) -> str:
    with pytest.raises(Invalid) as refusal:
        read(data)
    assert set(refusal.value.errors) == {"file"}
    return refusal.value.errors["file"]


GRACE = {"name": "Grace Bellamy", "email": "grace@bellamy.example"}


@pytest.mark.parametrize(
    "data",
    [
        "Name,Email\nGrace Bellamy,grace@bellamy.example",
        "name;e-mail\r\nGrace Bellamy;grace@bellamy.example\r\n",
        "NAME\tEMAIL\nGrace Bellamy\tgrace@bellamy.example",
        " Full Name , E Mail Address\n Grace Bellamy , grace@bellamy.example ",
        '"Name", "Email"\n"Grace Bellamy", "grace@bellamy.example"',
        "first_name,Last-Name,Mail\nGrace,Bellamy,grace@bellamy.example",
        "sep=;\nName;Email\nGrace Bellamy;grace@bellamy.example",
        "Name,Email\rGrace Bellamy,grace@bellamy.example\r",
        "\n\nName,Email\n\nGrace Bellamy,grace@bellamy.example\n\n , \n",
        "\ufeffName,Email\nGrace Bellamy,grace@bellamy.example",
        'Name,Email\n"Grace Bellamy",grace@bellamy.example,,,',
    ],
)
def test_every_common_way_of_writing_is_read(data: str) -> None:
    assert lines_of(data) == [GRACE]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Type", "role"), ("Tenant name", "name"), ("E-Mail", "email"), ("Cell phone", "phone"),
        ("Mobile", "phone"), ("Organisation", "company"), ("Building", "property"),
        ("Apt.", "unit"), ("Unit #", "unit"), ("Lease start", "from_day"), ("Move-out", "to_day"),
        ("Comments", "note"),
    ],
)  # fmt: skip
def test_headings_go_by_many_names(heading: str, field: str) -> None:
    [found] = lines_of(f"{heading},Name\nx,Grace" if field != "name" else f"{heading}\nx")
    assert found[field] == "x"


def test_lines_keep_the_number_a_spreadsheet_shows() -> None:
    found = read(b'Name,Note\nA,"two\nlines, and ""quotes"""\n\nB,x\n')
    assert [(one.number, one.cells["name"]) for one in found.lines] == [(2, "A"), (4, "B")]
    assert found.lines[0].cells["note"] == 'two\nlines, and "quotes"'


def test_headings_that_say_nothing_are_told_and_the_first_of_two_counts() -> None:
    found = read(b"Name,Rent,Email,E-mail,Fault\nA,900,a@b.example,c@d.example,old")
    assert found.unused == ["Rent", "E-mail"]
    assert found.lines[0].cells == {"name": "A", "email": "a@b.example"}


def test_cells_beyond_the_headings_are_noticed() -> None:
    assert [one.has_more for one in read(b"Name\nA,\nB,x").lines] == [False, True]


def test_letters_of_windows_are_read_and_it_is_said() -> None:
    found = read("Name\nJosé Müller – O’Neill".encode("cp1252"))
    assert (found.lines[0].cells["name"], found.is_guessed) == ("José Müller – O’Neill", True)
    assert not read("Name\nJosé".encode()).is_guessed


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "nothing in it"),
        (b" \n\n", "nothing in it"),
        (b"Name,Email\n", "no line below"),
        (b"Email,Phone\na@b.example,1", "must be “Name”"),
        (b"<!doctype html><html><body>Name</body></html>", "must be “Name”"),
        (b"PK\x03\x04\x14\x00\x06\x00[Content_Types].xml", "a workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a workbook"),
        ("Name\nGrace".encode("utf-16"), "UTF-16"),
        ("Name\nGrace".encode("utf-16-le"), "not a text file"),
        (b"Name\nGr\0ce", "not a text file"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not a text file"),
        (b"Name\n\x81\x8d\x8f", "letters"),
        (b'Name,Note\nA,ok\nB,"open', "Line 3"),
        (b'Name,Note\nA,"closed" early', "Line 2"),
        (b"Name," + b"," * 1_000_000, "columns"),
        (b"Name\n" + b"x" * 2_000_000, "Line 2 can't be read"),
        (b"x" * 2_000_000, "Line 1 can't be read"),
        (b"Name\n" + b"x\n" * (spreadsheet.MOST_LINES + 1), "5,000 lines"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(data: bytes, words: str) -> None:
    assert words in refused(data)


def test_as_many_lines_as_allowed_are_read() -> None:
    assert len(read(b"Name\n" + b"x\n" * spreadsheet.MOST_LINES).lines) == spreadsheet.MOST_LINES


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1 503 555", "-2", "@SUM(A1)", "\t=1", " =1", "\r=1", "＝1+1", "\n=1"],
)
def test_nothing_written_starts_a_formula_and_comes_back_as_it_was(cell: str) -> None:
    data = written([["Name", "Phone"], ["A", cell]])
    [_, [_, shown]] = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert shown.startswith("'")
    assert lines_of(data)[0]["phone"] == cell.strip()


def test_no_other_separator_finds_a_new_cell_inside_a_text() -> None:
    assert b';"a;=1+1"' not in written([["a;=1+1"]])
    assert b'"a;=1+1"' in written([["a;=1+1"]])


def test_the_template_has_every_heading_and_is_read_again() -> None:
    headings = template().decode("utf-8-sig").strip()
    assert [one.strip('"') for one in headings.split(",")] == list(COLUMNS.values())
    assert set(lines_of(template() + b"tenant,Grace")[0]) == set(COLUMNS)


@pytest.mark.parametrize(
    ("said", "day_first", "day"),
    [
        ("2026-11-03", False, "2026-11-03"), ("2026/1/3", False, "2026-01-03"),
        ("11/3/2026", False, "2026-11-03"), ("11/3/2026", True, "2026-03-11"),
        ("3.11.2026", False, "2026-11-03"), ("2026-11-03 00:00:00", False, "2026-11-03"),
        ("tomorrow", False, "tomorrow"), ("", False, ""), ("3/11.2026", False, "3/11.2026"),
    ],
)  # fmt: skip
def test_days_of_several_countries(said: str, day_first: bool, day: str) -> None:
    assert iso(said, day_first) == day


@pytest.mark.parametrize(
    ("days", "answer"),
    [(["3/4/2026", "25/4/2026"], True), (["3/4/2026", "4/25/2026"], False), (["3/4/2026"], None)],
)
def test_the_order_of_day_and_month_is_told_by_the_days_that_tell(
    days: list[str], answer: bool | None
) -> None:
    table = read(("Name,From\n" + "".join(f"A,{day}\n" for day in days)).encode())
    for otherwise in (True, False):
        assert day_comes_first(table, otherwise) == (otherwise if answer is None else answer)
    assert has_slashes(table)
    assert not has_slashes(Table([]))
