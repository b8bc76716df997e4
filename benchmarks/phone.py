"""`python -m benchmarks.phone`: what a page weighs and how soon it is there, on a phone.

Chromium as a phone asks a real server through a wire that counts. Weight is that of answers with
their headers, compressed as a browser asks for it. Speed is measured as Lighthouse does for a
phone: a slow line, and a processor slowed down four times.
"""

import statistics
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks.house import PASSWORD, House
from benchmarks.wire import Wire
from tests.browser.conftest import PHONE, chromium
from tests.servers import HallwayServer

KB = 1_000
SLOW = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_638_400 / 8,
    "uploadThroughput": 750_000 / 8,
}
RUNS = 5

# What Chromium tells while a page loads, kept until it is asked for.
WATCH = """
window.seen = { lcp: 0, cls: 0, tasks: [] };
const watch = (type, act) => {
  const observer = new PerformanceObserver((list) => list.getEntries().forEach(act));
  observer.observe({ type, buffered: true });
};
watch("largest-contentful-paint", (entry) => (window.seen.lcp = entry.startTime));
watch("layout-shift", (entry) => entry.hadRecentInput || (window.seen.cls += entry.value));
watch("longtask", (entry) => window.seen.tasks.push([entry.startTime, entry.duration]));
"""
SEEN = """() => {
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  const blocked = window.seen.tasks
    .filter(([start, length]) => start + length > paint.startTime)
    .reduce((sum, [, length]) => sum + Math.max(0, length - 50), 0);
  return { lcp: window.seen.lcp, cls: window.seen.cls, tbt: blocked };
}"""


@dataclass
class Line:
    """One figure against what it may be at most."""

    what: str
    figure: float
    budget: float | None
    unit: str = "KB"

    def __str__(self) -> str:
        if self.budget is None:
            return f"{self.what:<58} {self.figure:>9.4g} {self.unit}"
        verdict = "" if self.figure <= self.budget else "   OVER"
        return (
            f"{self.what:<58} {self.figure:>9.4g} {self.unit:<5} at most {self.budget:g}{verdict}"
        )


COMPARED = """async () => {
  const seen = async () => Boolean(await caches.match("/saved/refreshed"));
  while (!(await seen())) await new Promise((again) => setTimeout(again, 100));
}"""


class Phone:
    """A browser as a phone, of somebody signed in or of nobody."""

    def __init__(self, browser: Browser, wire: Wire, email: str = "", *, worker: bool) -> None:
        workers = "allow" if worker else "block"
        address = f"http://127.0.0.1:{wire.port}"
        self.context: BrowserContext = browser.new_context(
            **PHONE, base_url=address, service_workers=workers
        )
        self.wire = wire
        if email:
            form = {"email": email, "password": PASSWORD}
            assert self.context.request.post("/sign-in", form=form).ok
        self.page: Page = self.context.new_page()

    def load(self, address: str) -> None:
        """Go there and wait until the page is quiet; the wire counts from here."""
        self.wire.reset()
        self.page.goto(address)
        if address.startswith("/threads/"):
            self.page.locator("#log[data-ready]").wait_for()
            self.page.locator("html[data-live]").wait_for()
        self.page.wait_for_load_state("networkidle")

    def kept(self) -> None:
        """Wait until the service worker has everything it keeps, and has compared it."""
        self.page.evaluate(COMPARED)
        self.page.wait_for_load_state("networkidle")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, HallwayServer(Path(folder)) as server:
        house = House.build(server)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(**chromium())
            for line in chain(sign_in(browser, server), thread(browser, server, house)):
                print(line, flush=True)
            browser.close()


def sign_in(browser: Browser, server: HallwayServer) -> list[Line]:
    with Wire(server.port) as wire:
        phone = Phone(browser, wire, worker=False)
        phone.load("/sign-in")
        lines = [
            Line("sign-in, cold", wire.total() / KB, 65),
            Line("sign-in, sockets", sum("/socket.io" in a for a in wire.asked), 0, ""),
        ]
        phone.context.close()
    return lines + speed(browser, server, "/sign-in", "", "sign-in")


def thread(browser: Browser, server: HallwayServer, house: House) -> Iterator[Line]:
    for who, email in (("tenant", house.tenant), ("landlord", house.landlord)):
        with Wire(server.port) as wire:
            yield from weight(Phone(browser, wire, email, worker=False), house.address, who)
            yield from again(Phone(browser, wire, email, worker=True), house.address, who)
        yield from speed(browser, server, house.address, email, f"50 messages, {who}")


def weight(phone: Phone, address: str, who: str) -> list[Line]:
    phone.load(address)
    of = {kind: phone.wire.of(kind) / KB for kind in ("libraries", "scripts", "styles", "fonts")}
    page = phone.wire.taken[address] / KB
    total = phone.wire.total() / KB
    rest = total - sum(of.values()) - page
    count = "(selector) => document.querySelectorAll(selector).length"
    lines = [
        Line(f"50 messages, {who}, cold: everything", total, 110),
        Line("  scripts, libraries included", of["libraries"] + of["scripts"], 48),
        Line("  of these libraries", of["libraries"], 28),
        Line("  styles", of["styles"], 12),
        Line("  the page", page, 10),
        Line("  one font", of["fonts"], None),
        Line("  pictures, and what the page asks once it is there", rest, None),
        Line("  fonts", sum("/fonts/" in a for a in phone.wire.asked), 1, ""),
        Line("  requests", len(phone.wire.asked), None, ""),
        Line("  nodes of the messages", phone.page.evaluate(count, "#log, #log *"), 500, ""),
        # That of the landlord has a list of fifteen beside it.
        Line("  nodes of the whole page", phone.page.evaluate(count, "*"), most_nodes(who), ""),
    ]
    phone.context.close()
    return lines


def most_nodes(who: str) -> float | None:
    return 500 if who == "tenant" else None


def again(phone: Phone, address: str, who: str) -> list[Line]:
    phone.load(address)
    first = phone.wire.total()
    phone.kept()
    kept = phone.wire.total() - first
    phone.load(address)
    lines = [
        Line(f"50 messages, {who}, repeat", phone.wire.total() / KB, 12),
        Line("  once per release, behind it: what the worker keeps", kept / KB, None),
    ]
    phone.context.close()
    return lines


def speed(
    browser: Browser, server: HallwayServer, address: str, email: str, what: str
) -> list[Line]:
    with Wire(server.port) as wire:
        seen = [measured(browser, wire, address, email) for _ in range(RUNS)]
    middle = {name: statistics.median(run[name] for run in seen) for name in seen[0]}
    return [
        Line(f"{what}: largest paint", middle["lcp"] / 1_000, 1.8, "s"),
        Line("  blocked", middle["tbt"], 100, "ms"),
        Line("  shifted", middle["cls"], 0.003, ""),
    ]


def measured(browser: Browser, wire: Wire, address: str, email: str) -> dict[str, Any]:
    """One cold load on a slow phone."""
    phone = Phone(browser, wire, email, worker=False)
    phone.page.add_init_script(WATCH)
    devtools = phone.context.new_cdp_session(phone.page)
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", SLOW)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    phone.load(address)
    phone.page.wait_for_timeout(1_000)
    seen: dict[str, Any] = phone.page.evaluate(SEEN)
    phone.context.close()
    return seen


if __name__ == "__main__":
    main()
