"""Devices and lines that fail: what a phone in a basement does, on purpose."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, Route

from models.maintenance import MaintenanceRequest
from models.message import TEXT, Message
from models.requests.view import RequestView
from models.thread import Thread
from models.user import User
from tests.browser.conftest import PATIENCE_MS, chromium

WRITE = """
  function write(values) {
    for (const [id, value] of Object.entries(values)) {
      const field = document.getElementById(id);
      field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
"""
WRITE_WHEN_TOLD = f"""(values) => {{
  {WRITE}
  window.told = new BroadcastChannel("test");
  told.onmessage = () => write(values);
}}"""
WRITE_AND_TELL = f"""(values) => {{
  {WRITE}
  write(values);
  new BroadcastChannel("test").postMessage("now");
}}"""
# What waits on the device, and its drafts; what was asked to be written before is written by then.
ON_DEVICE = """
  const answer = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  const onDevice = async (table) => {
    if (!window.indexedDB) return [];
    const database = await answer(indexedDB.open(`hallway-${document.body.dataset.userId}`));
    const rows = await answer(database.transaction(table).objectStore(table).getAll());
    database.close();
    return rows;
  };
"""
IS_DRAFT = f"""async (text) => {{
  {ON_DEVICE}
  return (await onDevice("drafts")).some(({{ fields }}) => fields.body === text);
}}"""
SAID_BY_THE_SERVER = {"X-Hallway-User": "1-"}
"""What every answer of Hallway has to somebody, and none of what stands between."""
SENDS = re.compile(r"/threads/\d+/messages$|/uploads/[\w-]{36}|/maintenance$")


class Line:
    """The line that brings words and files of a context to the server, and what becomes of them.

    `fate` is "through"; "cut", before anything leaves; "lost", when the server has it and its
    answer does not arrive, nor what it answers to the question whether it has the file; "held",
    until `cut()` or `mend()`; "refused", by something that stands between; or a status the server
    answers with.
    `at` names the methods that are meant, the others go through.
    """

    def __init__(self, context: BrowserContext) -> None:
        self.fate: str | int = "through"
        self.at = ("POST", "PUT")
        self.held: list[Route] = []
        self.lost_files: set[str] = set()
        self.sent: list[str] = []
        context.route(SENDS, self.pass_on)

    def pass_on(self, route: Route) -> None:
        fate = self.fate_of(route)
        if route.request.method in ("POST", "PUT"):
            self.sent.append(f"{route.request.method} {fate}")
        if isinstance(fate, int):
            route.fulfill(status=fate, body="{}", headers=SAID_BY_THE_SERVER)
        elif fate == "refused":
            route.fulfill(status=403, body="Not from this network.")
        elif fate == "held":
            self.held.append(route)
        elif fate == "through":
            route.continue_()
        else:
            if fate == "lost":
                route.fetch()
            route.abort("internetdisconnected")

    def fate_of(self, route: Route) -> str | int:
        method, file = route.request.method, route.request.url.split("?")[0]
        if method in self.at:
            if method == "PUT" and self.fate == "lost":
                self.lost_files.add(file)
            return self.fate
        return "cut" if self.fate == "lost" and file in self.lost_files else "through"

    def wait_for(self, what: str, number: int, page: Page) -> None:
        """Wait until so many have met a fate, as `PUT lost`."""
        end = time.monotonic() + PATIENCE_MS / 1000
        while self.sent.count(what) < number:
            assert time.monotonic() < end, self.sent
            page.wait_for_timeout(20)

    def cut(self) -> None:
        self.fate = "cut"
        for route in self.held:
            route.abort("internetdisconnected")
        self.held.clear()

    def mend(self, *pages: Page) -> None:
        """Let everything through again, and let the pages notice."""
        self.fate = "through"
        for route in self.held:
            route.continue_()
        self.held.clear()
        for page in pages:
            page.evaluate("() => { dispatchEvent(new Event('online')); }")


class Device:
    """A Chromium with a profile of its own on the disk: it can be killed and started again."""

    def __init__(self, kind: BrowserType, folder: Path) -> None:
        self.kind = kind
        self.folder = folder

    def start(self) -> BrowserContext:
        told = self.folder / "DevToolsActivePort"
        told.unlink(missing_ok=True)
        how = chromium()
        options = [f"--user-data-dir={self.folder}", "--remote-debugging-port=0", "--headless=new"]
        self.process = subprocess.Popen(
            [how["executable_path"], *how["args"], *options, "--no-first-run", "about:blank"],
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for _ in range(600):
            if told.exists() and told.read_text().count("\n"):
                break
            time.sleep(0.05)
        port = told.read_text().split("\n", 1)[0]
        self.browser: Browser = self.kind.connect_over_cdp(f"http://127.0.0.1:{port}")
        return self.browser.contexts[0]

    def kill(self) -> None:
        """Take its power away."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def sync(page: Page) -> None:
    """Let the browser tell the service worker that the signal is back.

    :param page: of the same origin; it need not be one of Hallway's own.
    """
    session = page.context.new_cdp_session(page)
    known: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: known.extend(one["registrationId"] for one in told["registrations"]),
    )
    session.send("ServiceWorker.enable")
    while not known:
        page.wait_for_timeout(20)
    event = {"registrationId": known[-1], "tag": "outbox", "lastChance": False}
    origin = page.evaluate("() => location.origin")
    session.send("ServiceWorker.dispatchSyncEvent", {"origin": origin, **event})


def write_at_once(*tabs: tuple[Page, dict[str, str]]) -> None:
    """Fill fields of two tabs, by their ids, before either hears of the other."""
    (one, first), (two, second) = tabs
    two.evaluate(WRITE_WHEN_TOLD, second)
    one.evaluate(WRITE_AND_TELL, first)


def said_by(user: User, *threads: Thread) -> list[list[str]]:
    """What the server has of somebody in each thread, in its order, with the names of files."""
    return [
        [
            "+".join([message.body, *(file.name for file in message.attachments)]).strip("+")
            for message in Message.select()
            .where((Message.thread == thread.id) & (Message.author == user.id))
            .order_by(Message.id)
            if message.kind == TEXT
        ]
        for thread in threads
    ]


def requests_of(user: User) -> list[tuple[str, str, str, list[str]]]:
    """What the server has of somebody's requests: title, description, kind, names of files."""
    return [
        (
            one.title,
            one.description,
            one.category,
            [file.name for file in RequestView.load(user, one.id).files],
        )
        for one in MaintenanceRequest.select()
        .where(MaintenanceRequest.creator == user.id)
        .order_by(MaintenanceRequest.id)
    ]
