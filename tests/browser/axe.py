"""axe-core on a page: what keeps people out who cannot see, hear or point."""

from pathlib import Path

from playwright.sync_api import Page

SOURCE = Path(__file__).parent.parent / "vendor" / "axe.min.js"
RUN = "async () => (await axe.run()).violations"


def assert_accessible(page: Page) -> None:
    """Fail with what axe finds, and where."""
    page.wait_for_load_state()
    # Colours are judged where they come to rest, not on their way.
    page.evaluate(
        "() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => 0)))"
    )
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(SOURCE.read_text())
    found = page.evaluate(RUN)
    told = [
        f"{one['id']}: {one['help']} {node['target']}" for one in found for node in one["nodes"]
    ]
    assert told == [], page.url
