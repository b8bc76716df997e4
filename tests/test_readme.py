"""The README is true to the tree: its map is complete, its settings are those that exist."""

import re

import pytest

from blueprints.config import SETTINGS
from tests.servers import ROOT

README = (ROOT / "README.md").read_text()
AREAS = (
    "models",
    "models/demo",
    "models/importing",
    "models/requests",
    "blueprints",
    "static/js",
    "static/js/sw",
)
MODULES = [
    path
    for area in AREAS
    for path in sorted((ROOT / area).iterdir())
    if path.suffix in {".py", ".js"} and path.name != "__init__.py"
]
MAP = README.split("## Map of the house")[1].split("## Flows")[0]


@pytest.mark.parametrize("area", AREAS)
def test_every_module_stands_on_the_map(area):
    modules = [path.name for path in MODULES if path.parent == ROOT / area]
    assert [name for name in modules if name not in MAP] == []


def test_everything_on_the_map_is_there():
    named = set(re.findall(r"(?<![\w/.])[a-z_]+\.(?:py|js)\b", MAP))
    there = {path.name for path in ROOT.glob("*.py")} | {path.name for path in MODULES}
    there |= {"__init__.py"} | {path.name for path in (ROOT / "tests").glob("*.py")}
    assert named - there == set()


def test_every_setting_stands_in_the_table():
    read_before_the_others = {"HALLWAY_INSTANCE_PATH"}
    table = README.split("## Settings")[1].split("## Traps")[0]
    documented = set(re.findall(r"`(HALLWAY_[A-Z_]+)`", table))
    assert documented == {f"HALLWAY_{name}" for name in SETTINGS} | read_before_the_others


def test_every_link_leads_somewhere():
    for target in re.findall(r"\]\(([^)#:]+)\)|src=\"([^\"]+)\"", README):
        assert (ROOT / (target[0] or target[1])).exists(), target
    headings = {
        re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-")
        for h in re.findall(r"^## (.+)$", README, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", README)) <= headings


def test_the_rule_is_where_the_policy_says():
    assert "Who sees what" in (ROOT / "models/policy.py").read_text()
    assert "\n## Who sees what\n" in README
