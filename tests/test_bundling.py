"""Modules become scripts: what is read, what is refused, and what goes where."""

import re

import pytest

from blueprints.bundling import bundle
from blueprints.esmodules import CannotBundle

EVENTS = """\
// How they talk.
const all = [];

/** @param {string} name */
export function tell(name) {
  all.push(name);
}
export const told = () => all;
"""
LATE = 'const { show } = await import("hallway/viewer");'


def modules(**sources):
    return {name.replace("__", "/"): source for name, source in sources.items()}


def imported(script):
    """What a script imports from others, each with the names."""
    return {
        place: set(names.split(", "))
        for names, place in re.findall(
            r'^import \{ (.*) \} from "hallway/(.*)";$', script, re.MULTILINE
        )
    }


def exported(script):
    found = re.search(r"^export \{ (.*) \};$", script, re.MULTILINE)
    return set(found[1].split(", ")) if found else set()


def test_a_module_stands_before_those_that_import_it_and_once():
    scripts = bundle(
        modules(
            page='import "hallway/a";\nimport { tell } from "hallway/events";\ntell("page");\n',
            a='import { tell as say } from "hallway/events"; // first\nsay("a");\n',
            events=EVENTS,
        ),
        "page",
    )
    assert list(scripts) == ["page"]
    script = scripts["page"]
    assert script.count("const all = [];") == 1
    assert script.index("const all") < script.index('say("a")') < script.index('tell("page")')
    assert "export" not in script
    assert "import" not in script


def test_what_is_imported_late_is_a_script_of_its_own():
    scripts = bundle(
        modules(
            page='import { tell } from "hallway/events";\ntell("");\n' + LATE,
            viewer=(
                'import { tell } from "hallway/events";\nimport { wind } from "hallway/films";\n'
                "export function show() { tell(wind); }\nexport const unused = 1;\n"
            ),
            films="export const wind = 1;\n",
            events=EVENTS,
        ),
        "page",
    )
    assert list(scripts) == ["page", "viewer"]
    # It runs what the page runs, not a copy of it.
    assert "const all" not in scripts["viewer"]
    assert imported(scripts["viewer"]) == {"page": exported(scripts["page"])}
    assert {name.split(" as ")[-1] for name in exported(scripts["viewer"])} == {"show", "unused"}
    assert "wind = 1;" in scripts["viewer"]


def test_what_two_late_scripts_need_lies_before_both():
    shared = "export const wind = 1;\n"
    late = 'import { wind } from "hallway/films";\nexport const show = wind;\n'
    scripts = bundle(
        modules(
            page=f'async () => {{ {LATE} await import("hallway/other"); }};\n',
            viewer=late,
            other=f'{late}async () => {{ {LATE} await import("hallway/third"); }};\n',
            third=late,
            films=shared,
        ),
        "page",
    )
    assert list(scripts) == ["page", "viewer", "other", "third"]
    assert [name for name in scripts if "wind = 1;" in scripts[name]] == ["page"]


def test_types_in_documentation_import_nothing():
    source = '/** @param {import("hallway/uploads").Upload} upload */\nfunction a(upload) {}\n'
    assert list(bundle(modules(page=source), "page")) == ["page"]


@pytest.mark.parametrize(
    ("sources", "sentence"),
    [
        (
            {"page": "export default 1;\n"},
            "hallway/page has a line that is not read: export default",
        ),
        ({"page": "export let a = 1;\n"}, "not read: export let a"),
        ({"page": "export { a };\n"}, "not read: export { a }"),
        ({"page": 'import * as a from "hallway/a";\n', "a": ""}, "not read: import *"),
        ({"page": 'import "./a.js";\n'}, "not read: import"),
        ({"page": 'import "hallway/a";\n'}, "page imports hallway/a: not there"),
        ({"page": 'await import("hallway/a");\n'}, "imports hallway/a: not there"),
        ({}, "A page imports hallway/page: not there"),
        (
            {"page": 'import { b } from "hallway/a";\n', "a": ""},
            "page imports b, which hallway/a does not export",
        ),
        (
            {"page": 'import "hallway/a";\n', "a": 'import "hallway/page";\n'},
            "import each other: page → a → page",
        ),
        (
            {"page": 'import "hallway/a";\nawait import("hallway/a");\n', "a": ""},
            "hallway/a is imported late and at once",
        ),
    ],
)
def test_what_it_does_not_read_is_refused_in_a_sentence(sources, sentence):
    with pytest.raises(CannotBundle) as refused:
        bundle(sources, "page")
    assert sentence in str(refused.value)
