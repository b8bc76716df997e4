# ruff: noqa: INP001  # a script, not a package
"""Takes the screenshots of README and manifest: `.venv/bin/python docs/screenshots.py`.

They show the demo data of a server of its own, on a free port, in a folder that is thrown away;
Chromium must be installed. The data is loaded as if it were a quarter to eleven in the morning
there, and the browsers are given the same clock, so that the pictures do not depend on the hour.
"""

import os
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))
# What a browser shows before it installs, see blueprints/pwa.py.
SHOWN = FOLDER.parent / "static" / "screenshots"

from models import clock, database, demo, storage  # noqa: E402  # found by the line above
from models.account import Account  # noqa: E402
from models.connection import Connection  # noqa: E402
from models.database import db  # noqa: E402
from models.demo.cast import ZONE  # noqa: E402
from models.thread import Thread  # noqa: E402
from tests.servers import HallwayServer  # noqa: E402

TAKEN_AT = 10 * clock.HOUR + 46 * clock.MINUTE
DESKTOP = {"viewport": {"width": 1440, "height": 900}, "device_scale_factor": 1.5}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}


def main() -> None:
    """Write two pictures beside this file, and three into static/screenshots."""
    at = _last_morning()
    with tempfile.TemporaryDirectory() as folder:
        address = _fill(Path(folder), at)
        with HallwayServer(Path(folder)) as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
            phone = _sign_in(_context(browser, at, **PHONE), server.url, "priya@raman.example")
            desktop = _sign_in(
                _context(browser, at, **DESKTOP), server.url, "maya@birchandvine.example"
            )
            for page in (phone, desktop):
                page.goto(server.url + address)
                page.locator("#log[data-ready]").wait_for()
            # What Maya has on screen is read: her number falls, and Priya sees it.
            phone.get_by_text("Seen 10:4").wait_for()
            desktop.locator(".thread-row.unread[aria-current]").wait_for(state="detached")
            _take(phone, "conversation-phone", also_shown=True)
            _take(desktop, "messenger-desktop", also_shown=True)
            office = _sign_in(
                _context(browser, at, **PHONE), server.url, "maya@birchandvine.example"
            )
            office.goto(f"{server.url}/messages?channel=tenants")
            office.locator("html[data-live]").wait_for()
            _show(office, "list-phone")
            browser.close()


def _last_morning() -> int:
    """The last time (ms) it was `TAKEN_AT` where the demo takes place."""
    now = clock.now()
    today = clock.start_of(clock.to_datetime(now, ZONE).date(), ZONE) + TAKEN_AT
    return today if today <= now else today - clock.DAY


def _fill(instance: Path, at: int) -> str:
    """Load the demo into the server's future database; the address of the conversation."""
    database.connect_to(f"sqlite:///{instance}/hallway.db")
    database.migrate()
    with db.connection_context():
        demo.load(storage.at(f"file://{instance}/files"), at)
        # Whether an office is open now, the server says by a clock of its own.
        Account.update(office_hours="").execute()
        shown = Thread.select().join(Connection).where(Connection.name == "Priya Raman").get()
    db.obj.close_all()
    return f"/threads/{shown.id}"


def _context(browser: Browser, at: int, **device: object) -> BrowserContext:
    context = browser.new_context(
        timezone_id=ZONE, locale="en-GB", color_scheme="light", reduced_motion="reduce", **device
    )
    context.clock.set_system_time(datetime.fromtimestamp(at / clock.SECOND, UTC))
    return context


def _sign_in(context: BrowserContext, url: str, email: str) -> Page:
    page = context.new_page()
    page.goto(f"{url}/sign-in")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(demo.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda address: "sign-in" not in address)
    return page


def _take(page: Page, name: str, *, also_shown: bool = False) -> None:
    page.evaluate("document.fonts.ready")
    page.screenshot(path=FOLDER / f"{name}.png")
    if also_shown:
        _show(page, name)


def _show(page: Page, name: str) -> None:
    taken = Image.open(BytesIO(page.screenshot()))
    SHOWN.mkdir(exist_ok=True)
    taken.convert("RGB").save(SHOWN / f"{name}.webp", quality=80, method=6)


def _chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("CHROME_PATH") or next(filter(None, map(shutil.which, names)), None)


if __name__ == "__main__":
    main()
