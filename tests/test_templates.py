"""Templates and stylesheets keep to the one set of icons and the one set of colours."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

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


def test_base_links_every_stylesheet() -> None:
    base = (ROOT / "templates" / "base.html").read_text()
    linked = re.search(r"set stylesheets = \[(.*?)\]", base, re.DOTALL)
    assert linked
    assert sorted(re.findall(r'"([a-z]+)"', linked[1])) == [path.stem for path in STYLESHEETS]


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
