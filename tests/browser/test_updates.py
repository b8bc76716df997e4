"""A new release takes over without a mixture of both, and loses nothing that was written."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conversation import field, is_cut_off, message, opened, send, wait_until
from tests.browser.devices import said_by
from tests.browser.test_files import attach, given, picture
from tests.browser.test_offline import has_worker, is_saved, thread_of
from tests.servers import ROOT, HallwayServer

RELEASE = "() => document.documentElement.dataset.release"
ASKED_FOR = """() => performance.getEntriesByType("resource").map(({ name }) => name)
  .filter((name) => /\\.(js|css)\\?v=/.test(name)).map((name) => new URL(name))
  .map(({ pathname, search }) => pathname + search)"""


@pytest.fixture
def next_release(house):
    """The next release, on the address of the present one; that is there again at the end."""
    script = ROOT / "tests" / "next_release.py"
    server = HallwayServer(house.instance, script, PORT=str(house.port))
    yield server
    server.stop()
    house.start()


def of_one_release(page: Page) -> None:
    """Nothing the page is made of belongs to another release than itself."""
    script = page.locator("script[type=module]").get_attribute("src")
    sheet = page.locator("link[rel=stylesheet]").first.get_attribute("href")
    asked = page.evaluate(ASKED_FOR)
    for own in (script, sheet):
        name = own.split("?")[0]
        assert {one for one in asked if one.startswith(name)} <= {own}


def test_a_new_release_takes_over_at_the_next_opening(
    dialogue, visit, console, house, next_release
):
    console.network_is_cut = True
    dialogue.say(dialogue.priya, "The tap drips.")
    maya = opened(has_worker(visit(dialogue.maya, dialogue.address)))
    is_saved(maya, thread_of(dialogue))
    before = maya.evaluate(RELEASE)
    house.stop()
    is_cut_off(maya)
    send(maya, "Written in between.")
    attach(maya, given("tap.jpg", picture()))
    send(maya, "With a photo.")
    for text in ("Written in between.", "With a photo."):
        expect(message(maya, text)).to_contain_text("Waiting for connection")
    field(maya).fill("Not finished yet")

    # The old page works with the new server, one release ahead of it.
    next_release.start()
    expect(maya.locator(".message.pending")).to_have_count(0)
    written = ["Written in between.", "With a photo.+tap.jpg"]
    assert said_by(dialogue.maya, dialogue.thread) == [written]
    assert maya.evaluate(RELEASE) == before
    # What was saved is drawn anew, and then nothing of the old release is left of it.
    left = "async (old) => !(await caches.keys()).some((name) => name.includes(`saved-${old}`))"
    wait_until(maya, left, before)

    maya = maya.context.new_page()
    console.listen(maya)
    maya.goto(dialogue.address)
    expect(message(opened(maya), "Written in between.")).to_have_count(1)
    assert maya.evaluate(RELEASE) != before
    of_one_release(maya)
    expect(maya.get_by_text("Hallway was updated.")).to_be_visible()
    expect(field(maya)).to_have_value("Not finished yet")
    # Told once.
    maya.reload()
    opened(maya)
    expect(maya.get_by_text("Hallway was updated.")).to_have_count(0)
    # And it is there without signal.
    next_release.stop()
    maya.reload()
    expect(message(maya, "The tap drips.")).to_be_visible()
    of_one_release(maya)


def test_an_old_page_whose_script_is_gone_asks_for_itself_once(dialogue, visit, console, house):
    console.network_is_cut = True
    loads = []

    def stale(route):
        loads.append(route.request.url)
        answer = route.fetch()
        gone = re.sub(r'(src="[^"]*signed_in\.js\?v=)\w+', r"\g<1>0123456789", answer.text())
        route.fulfill(response=answer, body=gone)

    maya = visit(dialogue.maya, "/healthz")
    maya.route("**/messages", stale)
    maya.goto("/messages")
    maya.wait_for_function("() => sessionStorage.getItem('hallway-asked-again') !== null")
    expect(maya.get_by_text("Pick a conversation")).to_be_visible()
    assert len(loads) == 2
