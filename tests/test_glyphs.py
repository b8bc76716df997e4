"""Icons lose digits, not their shape."""

import re

import pytest

from blueprints.glyphs import on_grid
from tests.servers import ROOT

ICONS = (ROOT / "templates/macros/icons.html").read_text()
PATHS = dict(re.findall(r'^  "([a-z-]+:[a-z]+)": "([^"]+)"', ICONS, re.MULTILINE))


@pytest.mark.parametrize(
    ("written", "shorter"),
    [
        ("M10.4,20.6L30.2,20.6Z", "M10 21h20z"),
        ("M10,20l5.5,5.5,5.5-5.5", "M10 20l6 6 5-6"),
        ("m10,20h.2v9.9", "M10 20v10"),
        ("M8,8a8,8,0,0,1,8,8A8.2,8.2,0,1,1,0,16", "M8 8a8 8 0 018 8A8 8 0 110 16"),
        ("M8,8a.61.61,0,0,0,.2.1H9", "M8 8h1"),
        ("M0,0C1.2,3.4,5.6,7.8,9,9S3,3,4,4Z", "M0 0c1 3 6 8 9 9S3 3 4 4z"),
        ("M100,100ZM120,100H130", "M100 100zm20 0h10"),
        ("M100,100v8Zm4,2h1", "M100 100v8zm4 2h1"),
    ],
)
def test_points_come_to_whole_numbers(written, shorter):
    assert on_grid(written) == shorter


def test_steps_do_not_wander_off():
    steps = on_grid("M0,0" + "l.4,0" * 100).removeprefix("M0 0h")
    assert sum(map(int, steps.split())) == 40


def test_every_icon_gets_shorter():
    assert PATHS
    for name, path in PATHS.items():
        shorter = on_grid(path)
        assert len(shorter) < len(path), name
        assert on_grid(shorter) == shorter, name
        assert "." not in shorter, name
