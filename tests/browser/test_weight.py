"""What pages weigh on a phone, counted on the wire and in the document: bytes and nodes, no times.

`make weigh` measures the same, and speed besides, where a machine has nothing else to do.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from benchmarks.house import House
from benchmarks.phone import Line, Phone, again, weight
from benchmarks.wire import Wire
from tests.servers import HallwayServer

# How wide bubbles are when a log has been opened, and nothing of it is drawn yet.
NOTE_WIDTHS = """
document.addEventListener("hallway:opened", () => queueMicrotask(() => {
  window.widths = [...document.querySelectorAll(".bubble")].map((b) => b.style.inlineSize).join();
}));
"""


@pytest.fixture(scope="module")
def weighed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Wire]]:
    """A conversation of fifty messages, and the wire that counts what comes of it."""
    with HallwayServer(tmp_path_factory.mktemp("weighed")) as server:
        house = House.build(server)
        with Wire(server.port) as wire:
            yield house, wire


def over(lines: list[Line]) -> list[str]:
    """The figures that are more than they may be."""
    return [str(line) for line in lines if line.budget is not None and line.figure > line.budget]


@pytest.mark.parametrize("who", ["tenant", "landlord"])
def test_a_conversation_of_fifty_messages_weighs_no_more_than_it_may(weighed, browser, who):
    house, wire = weighed
    lines = weight(Phone(browser, wire, getattr(house, who), worker=False), house.address, who)
    assert over(lines) == []


def test_bubbles_are_as_wide_as_their_words_before_they_are_drawn(weighed, browser):
    house, wire = weighed
    phone = Phone(browser, wire, house.tenant, worker=False)
    phone.page.add_init_script(NOTE_WIDTHS)
    phone.load(house.address)
    assert "px" in phone.page.evaluate("() => window.widths")
    phone.context.close()


def test_the_same_again_asks_only_for_what_may_have_changed(weighed, browser):
    house, wire = weighed
    lines = again(Phone(browser, wire, house.tenant, worker=True), house.address, "tenant")
    assert over(lines) == []


def test_signing_in_takes_little_and_opens_no_socket(weighed, browser: Browser):
    _, wire = weighed
    phone = Phone(browser, wire, worker=False)
    phone.load("/sign-in")
    assert wire.total() <= 65_000
    assert not [address for address in wire.asked if "/socket.io" in address]
    phone.context.close()
