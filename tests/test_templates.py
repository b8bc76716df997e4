"""Templates and stylesheets keep to the one set of icons and the one set of colours."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from blueprints.building import SHEETS
from models import maintenance
from models.requests.statuses import WORDS

ROOT = Path(__file__).parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLESHEETS = sorted((ROOT / "static" / "css").glob("*.css"))
ICONS = ROOT / "templates" / "macros" / "icons.html"

# A name, or a choice between two of them, perhaps a size, perhaps a weight.
ICON_CALL = re.compile(r"\bicon\('([a-z-]+)'([^)]*)\)")
WEIGHT = re.compile(r"'(bold|fill)'")
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(")


@pytest.fixture(scope="module")
def drawn() -> set[str]:
    """Every icon there is, as `name:weight`."""
    return set(re.findall(r'^  "([a-z-]+:[a-z]+)": "', ICONS.read_text(), re.MULTILINE))


@pytest.fixture
def macros(app: Flask) -> Any:
    """The macros of ui.html as functions."""
    return app.jinja_env.get_template("macros/ui.html").module


@pytest.fixture
def requests(app: Flask) -> Any:
    """The macros of requests.html as functions."""
    return app.jinja_env.get_template("macros/requests.html").module


def text_of_all() -> str:
    """What could name an icon: templates, and the blueprints that choose one."""
    sources = [path for path in TEMPLATES if path != ICONS]
    sources += sorted((ROOT / "blueprints").glob("*.py"))
    return "\n".join(path.read_text() for path in sources)


def test_every_icon_that_is_called_for_is_drawn(drawn: set[str]) -> None:
    missing = []
    for name, rest in ICON_CALL.findall(text_of_all()):
        weights = WEIGHT.findall(rest) or ["regular"]
        missing += [f"{name}:{each}" for each in weights if f"{name}:{each}" not in drawn]
    assert not missing


def test_no_icon_is_kept_that_nobody_names(drawn: set[str]) -> None:
    text = text_of_all()
    names = {icon.split(":")[0] for icon in drawn}
    assert not [name for name in names if f"'{name}'" not in text and f'"{name}"' not in text]


@pytest.mark.parametrize("path", STYLESHEETS, ids=lambda path: path.stem)
def test_only_the_tokens_name_colours(path: Path) -> None:
    if path.stem != "tokens":
        assert not COLOUR.findall(path.read_text())


@pytest.mark.parametrize("path", STYLESHEETS, ids=lambda path: path.stem)
def test_every_stylesheet_writes_into_a_layer(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    text = re.sub(r"@font-face \{.*?\}", "", text, flags=re.DOTALL)
    assert re.match(r"\s*@layer ", text)
    assert re.sub(r"@layer [a-z, ]+;", "", text).count("@layer ") == 1


def test_every_stylesheet_is_part_of_a_sheet() -> None:
    assert {part for parts in SHEETS.values() for part in parts} == {p.stem for p in STYLESHEETS}


@pytest.mark.parametrize("parts", SHEETS.values(), ids=SHEETS)
def test_a_sheet_begins_with_the_order_of_the_layers(parts: tuple[str, ...]) -> None:
    assert parts[0] == "layers"


def test_an_avatar_shows_two_letters_and_keeps_its_colour(macros: Any) -> None:
    assert ">MO<" in macros.avatar("Maya Okafor", 3)
    assert ">BV<" in macros.avatar("Birch & Vine", 2, square=True)
    assert ">LF<" in macros.avatar("Lena von Feld", 2)
    assert ">?<" in macros.avatar("  ", 2)
    assert "c4" in macros.avatar("Maya Okafor", 3)
    assert "c4" in macros.avatar("Maya Bell", 3)


def test_a_field_names_its_sentence_and_keeps_what_was_typed(macros: Any) -> None:
    field = macros.field("email", "Email", '"><script>', "That address looks incomplete.")
    assert 'aria-invalid="true"' in field
    assert 'aria-describedby="field-email-error"' in field
    assert 'id="field-email-error"' in field
    assert "<script>" not in field
    assert "&#34;&gt;&lt;script&gt;" in field


def test_a_count_disappears_at_zero_and_stops_at_99(macros: Any) -> None:
    assert " hidden" in macros.count(0, "unread")
    assert ">99+<" in macros.count(120, "unread")
    assert "120 unread" in macros.count(120, "unread")


def test_every_status_is_shown_with_its_word_and_sign(requests: Any) -> None:
    for status in maintenance.STATUSES:
        chip = requests.status_chip(status)
        assert WORDS[status] in chip
        assert "<use href=" in chip
    assert "chip-violet" in requests.status_chip("in_progress")


def test_a_priority_fills_bars_up_to_urgent_which_has_a_sign(requests: Any) -> None:
    empty = [requests.priority_mark(one).count("off") for one in maintenance.PRIORITIES]
    assert empty == [2, 1, 0, 0]
    assert "priority-urgent" in requests.priority_mark("urgent")
    for priority in maintenance.PRIORITIES:
        assert WORDS[priority] in requests.priority_mark(priority)


def test_every_category_has_a_square_of_its_own_colour(requests: Any) -> None:
    tiles = {requests.category_tile(one) for one in maintenance.CATEGORIES}
    assert len(tiles) == len(maintenance.CATEGORIES)
    assert all("<use href=" in tile and "avatar-tile" in tile for tile in tiles)
