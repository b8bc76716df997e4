"""Chromium, a running Hallway and the people in it.

One server serves all tests of a run; every test has an account, people and a conversation of
its own in it. Nothing sleeps: a test waits for what it wants to see.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from models import clock, database, passwords
from models.connection import SERVICE_PRO, Connection
from models.database import db
from models.message import Message
from models.thread import Thread
from models.user import User
from tests import factories
from tests.servers import HallwayServer, missing

PASSWORD = "correct horse battery"
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
# A busy machine is slow, not wrong; what comes true holds nobody up.
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)
NETWORK = ("net::ERR_", "Failed to load resource", "WebSocket connection to")


@dataclass
class Dialogue:
    """An account, somebody of its team, a tenant, and the conversation between them."""

    office: factories.Office
    maya: User
    priya: User
    tie: Connection
    thread: Thread

    @property
    def address(self) -> str:
        return f"/threads/{self.thread.id}"

    def say(self, user: User, body: str, minutes_ago: float = 0) -> Message:
        at = clock.now() - round(minutes_ago * clock.MINUTE)
        return factories.say(user, self.thread, body, at=at)


@dataclass
class Console:
    """What the pages of a test complained about."""

    lines: list[str] = field(default_factory=list)
    network_is_cut: bool = False

    def listen(self, page: Page) -> None:
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.lines.append(f"{error}\n{error.stack}"))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.lines.append(f"{message.type}: {message.text}")

    def complaints(self) -> list[str]:
        """Everything, but not what the browser itself says while the test keeps it offline."""
        noise = NETWORK if self.network_is_cut else ()
        return [line for line in self.lines if not any(words in line for words in noise)]


def chromium(*, windowless: bool = False) -> dict[str, object]:
    """How the installed Chromium is started.

    :param windowless: prefer the one without windows and their frames, which takes half the time.
    """
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    names = ("chromium-headless-shell", *names) if windowless else names
    found = os.environ.get("CHROME_PATH") or next(filter(None, map(shutil.which, names)), None)
    if not found:
        missing("Chromium", "apt-get install chromium")
    arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
    return {"executable_path": found, "args": arguments}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The installed Chromium."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(**chromium(windowless=True))
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallwayServer]:
    """A running Hallway."""
    with HallwayServer(tmp_path_factory.mktemp("house")) as server:
        yield server


@pytest.fixture(scope="session")
def password_hash() -> str:
    return passwords.hash_of(PASSWORD)


def let_sign_in(user: User, password_hash: str) -> None:
    """Give somebody an address of their own and the password of everybody here."""
    user.email, user.password_hash = f"{user.id}@people.example", password_hash
    user.save()


@pytest.fixture
def dialogue(house: HallwayServer, password_hash: str) -> Iterator[Dialogue]:
    """A conversation of this test alone, in the database of the running server."""
    database.connect_to(f"sqlite:///{house.instance}/hallway.db")
    with db.connection_context():
        office = factories.office("Birch & Vine")
        maya = factories.member(office.account, "Maya Okafor")
        tie = factories.contact(office.account, "Priya Raman", home=office.unit)
        for user in (office.admin, maya, tie.user):
            let_sign_in(user, password_hash)
        yield Dialogue(office, maya, tie.user, tie, factories.dialogue_of(tie))
    db.obj.close_all()


@pytest.fixture
def tomasz(dialogue: Dialogue, password_hash: str) -> Connection:
    """A service pro of the account."""
    tie = factories.contact(dialogue.office.account, "Tomasz Kowalczyk", role=SERVICE_PRO)
    let_sign_in(tie.user, password_hash)
    return tie


@pytest.fixture
def console() -> Iterator[Console]:
    """Fails the test when one of its pages logged an error or a warning."""
    heard = Console()
    yield heard
    assert heard.complaints() == []


@pytest.fixture
def visit(
    browser: Browser, house: HallwayServer, console: Console
) -> Iterator[Callable[..., Page]]:
    """`visit(user, "/messages")`: the page in a browser of their own, signed in.

    `phone=True` is a phone; other keywords go to the browser context.
    """
    contexts = []

    def visit(user: User, address: str, *, phone: bool = False, **options: object) -> Page:
        settings = (PHONE if phone else DESKTOP) | {"base_url": house.url} | options
        context = browser.new_context(**settings)
        contexts.append(context)
        form = {"email": user.email, "password": PASSWORD}
        assert context.request.post("/sign-in", form=form).ok
        page = context.new_page()
        console.listen(page)
        page.goto(address)
        return page

    yield visit
    for context in contexts:
        context.close()
