# ruff: noqa: INP001  # a script, not a package
"""Draws the PNG icons from the SVG ones: `.venv/bin/python docs/icons.py`.

Home screens, notifications and older browsers take no SVG. Chromium must be installed.
"""

import os
import shutil
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "static" / "icons"
# Pixels. Apple's home screen rounds and fills the corners itself.
SIZES = {"icon": (32, 192, 512), "icon-maskable": (192, 512), "icon-mono": (96, 512)}
APPLE = "icon-180.png"


def main() -> None:
    """Write every PNG beside its SVG."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        for name, sizes in SIZES.items():
            for size in sizes:
                _draw(page, f"{name}.svg", size, f"{name}-{size}.png")
        _draw(page, "icon-maskable.svg", 180, APPLE)
        browser.close()


def _draw(page: Page, source: str, size: int, name: str) -> None:
    page.set_viewport_size({"width": size, "height": size})
    page.set_content(f"<style>body{{margin:0}}svg{{display:block}}</style>{_svg(source)}")
    drawn = Image.open(BytesIO(page.screenshot(omit_background=True)))
    drawn.save(FOLDER / name, optimize=True)


def _svg(name: str) -> str:
    return (FOLDER / name).read_text()


def _chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("CHROME_PATH") or next(filter(None, map(shutil.which, names)), None)


if __name__ == "__main__":
    main()
