"""The rules of the house, checked in the source."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import ROOT

MODELS = sorted((ROOT / "models").rglob("*.py"))
BLUEPRINTS = sorted((ROOT / "blueprints").rglob("*.py"))
SOURCES = [ROOT / "app.py", *BLUEPRINTS, *MODELS]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

# Whoever has no account must reach these; everything else asks for sign-in.
PUBLIC = {"static", "health.healthz", "notifications.offer", "notifications.unsubscribe"}
PUBLIC_AREAS = {"auth", "invitations", "links", "help", "dev_mail", "pwa"}
# Secrets, names and what a client made up are text; everything else is a number.
TEXT_PARAMETERS = {"filename", "token", "name", "section", "client_id", "version"}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Each import of a module: the module, and the names taken from it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, []) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}: imports say where from"
            yield node.module or "", [alias.name for alias in node.names]


def calls(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            function = node.func
            yield (
                function.attr
                if isinstance(function, ast.Attribute)
                else getattr(function, "id", "")
            )


@pytest.mark.parametrize("path", MODELS, ids=name_of)
def test_models_know_no_browser(path):
    for module, names in imports(path):
        if module == "flask_login":
            assert names == ["UserMixin"]
        if module in {"flask_login", "werkzeug.security"}:
            continue
        top = module.split(".")[0]
        assert not top.startswith("flask"), module
        assert top not in {"blueprints", "app", "jinja2", "werkzeug", "socketio", "eventlet"}, (
            module
        )


@pytest.mark.parametrize("path", BLUEPRINTS, ids=name_of)
def test_blueprints_open_no_transaction_and_filter_nothing(path):
    forbidden = {"transaction", "atomic", "where", "filter", "execute"}
    assert not forbidden & set(calls(path))


@pytest.mark.parametrize("path", [*BLUEPRINTS, *MODELS], ids=name_of)
def test_nobody_imports_the_entry(path):
    assert "app" not in {module.split(".")[0] for module, _ in imports(path)}


@pytest.mark.parametrize("path", [*BLUEPRINTS, *MODELS], ids=name_of)
def test_eventlet_stands_in_the_entry_alone(path):
    assert "eventlet" not in {module.split(".")[0] for module, _ in imports(path)}


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_nothing_is_left_to_be_done(path):
    assert not re.search(r"\b(TODO|FIXME|XXX|NotImplementedError)\b", path.read_text())


def test_no_module_is_a_drawer():
    drawers = {"utils", "helpers", "common", "services", "misc"}
    assert not drawers & {path.stem for path in SOURCES}


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_templates_keep_to_the_content_policy(path):
    text = path.read_text()
    if "emails" not in path.parts:
        assert not re.search(r"<[^>]*\sstyle\s*=", text), "a style attribute"
        assert "<style" not in text
    assert not re.search(r"<[^>]*\son[a-z]+\s*=", text), "an inline handler"
    assert not re.search(r"hx-on\b|hx-on:|\bjs:|javascript:", text), "what needs eval"
    assert not re.search(r'hx-trigger="[^"]*\[', text), "a trigger filter needs eval"


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_templates_escape_everything(path):
    if path.name == "framed.html":  # a mail as it was sent, under a policy that runs nothing
        return
    assert not re.search(r"\|\s*safe\b|autoescape", path.read_text())


def test_every_parameter_of_an_address_is_typed(app):
    for rule in app.url_map.iter_rules():
        for parameter, converter in rule._converters.items():
            number = type(converter).__name__ == "IdConverter"
            assert number or parameter in TEXT_PARAMETERS, rule


def test_what_is_public_exists(app):
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert endpoints >= PUBLIC
    assert {endpoint.split(".")[0] for endpoint in endpoints} >= PUBLIC_AREAS


def test_every_address_asks_for_sign_in_unless_it_is_public(app, client):
    for rule in app.url_map.iter_rules():
        if rule.endpoint in PUBLIC or rule.endpoint.split(".")[0] in PUBLIC_AREAS:
            continue
        values = dict.fromkeys(rule.arguments, 1)
        with app.test_request_context():
            address = app.url_for(rule.endpoint, **values, _external=False)
        for method in sorted(rule.methods - {"OPTIONS", "HEAD"}):
            response = client.open(address, method=method)
            asked = response.status_code == 302 and response.location.startswith("/sign-in")
            assert asked, f"{method} {rule} answers {response.status_code} to a stranger"
