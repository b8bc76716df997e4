"""Every icon a template draws is there: a missing one would fail only when it is shown."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).parent.parent / "templates"
ICONS = TEMPLATES / "macros" / "icons.html"


def test_every_icon_a_template_draws_is_there() -> None:
    carried = set(re.findall(r'"([a-z-]+:[a-z]+)":', ICONS.read_text()))
    drawn = {
        f"{name}:{weight or 'regular'}"
        for template in TEMPLATES.rglob("*.html")
        for name, weight in re.findall(
            r"\bicon\('([a-z-]+)'(?:, \d+(?:, '([a-z]+)')?)?\)", template.read_text()
        )
    }
    assert drawn
    assert drawn - carried == set()
