"""What is done first on a page that has not brought yet what hears of it."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conversation import field, message, opened

LATE = re.compile(r"/static/js/(touched|mention_list)\.js")


class Held:
    """Requests for the scripts of clicks, which are let go only when the test says so."""

    def __init__(self, page: Page) -> None:
        self.is_open = False
        self.routes: list[Route] = []
        page.route(LATE, self.hold)

    def hold(self, route: Route) -> None:
        if self.is_open:
            route.continue_()
        else:
            self.routes.append(route)

    def let_go(self) -> None:
        self.is_open = True
        for route in self.routes:
            route.continue_()

    def lose(self) -> None:
        for route in self.routes:
            route.abort()


@pytest.fixture
def held(dialogue, visit):
    """A conversation on a phone whose late scripts do not come yet."""
    dialogue.say(dialogue.maya, "Are you at home?", 10)
    page = visit(dialogue.priya, "about:blank", phone=True)
    # A worker would bring them beside the test.
    page.add_init_script("delete Navigator.prototype.serviceWorker")
    held = Held(page)
    page.goto(dialogue.address)
    opened(page)
    assert not held.routes  # nobody has touched it
    return page, held


def test_what_is_sent_is_not_forgotten_over_what_is_tapped_next(held):
    page, late = held
    field(page).fill("On my way.")
    page.get_by_role("button", name="Send", exact=True).tap()
    page.locator(".thread-head [aria-label=More]").tap()
    late.let_go()
    expect(message(page, "On my way.")).to_be_visible()
    expect(page.locator("#thread-menu")).to_be_visible()


def test_a_tap_waits_for_what_hears_of_it(held):
    page, late = held
    with page.expect_request(LATE):
        page.locator(".thread-head").locator("[data-toggles-details]").tap()
    page.locator(".thread-head [aria-label=More]").tap()
    expect(page.locator("#thread-menu")).to_be_hidden()
    late.let_go()
    # The last one counts, and once.
    expect(page.locator("#thread-menu")).to_be_visible()
    expect(page.locator("#thread-menu .menu-item").first).to_be_focused()
    expect(page.locator("#details")).to_be_hidden()


@pytest.mark.parametrize("are_lost", [True, False])
def test_a_tap_does_what_it_does_without_scripts_where_none_come(held, console, are_lost):
    page, late = held
    console.network_is_cut = True
    with page.expect_request(LATE):
        page.locator(".thread-head [aria-label=More]").tap()
    expect(page.locator("#thread-menu")).to_be_hidden()
    if are_lost:
        late.lose()
    expect(page.locator("#thread-menu")).to_be_visible()


def test_what_is_typed_first_is_there_when_the_scripts_are(held):
    page, late = held
    with page.expect_request(LATE):
        page.locator("#message-field").tap()
    page.keyboard.type("On my way. @")
    late.let_go()
    people = page.get_by_role("listbox", name="People in this conversation")
    expect(people.get_by_role("option", name=re.compile("Maya Okafor"))).to_be_visible()
    page.keyboard.press("Backspace")
    page.get_by_role("button", name="Send").tap()
    expect(page.get_by_role("article").filter(has_text="On my way.")).to_be_visible()
    expect(page.locator("#message-field")).to_have_value("")


def test_at_the_desk_the_key_that_sends_waits_too(dialogue, visit):
    page = visit(dialogue.maya, "about:blank")
    page.add_init_script("delete Navigator.prototype.serviceWorker")
    late = Held(page)
    page.goto(dialogue.address)
    opened(page)
    page.locator("#message-field").fill("Good morning.")
    page.keyboard.press("Enter")
    late.let_go()
    expect(page.get_by_role("article").filter(has_text="Good morning.")).to_be_visible()
    expect(page.locator("#message-field")).to_have_value("")


def test_without_scripts_menus_and_details_are_simply_there(dialogue, visit):
    page = visit(dialogue.priya, dialogue.address, phone=True, java_script_enabled=False)
    page.locator(".thread-head [aria-label=More]").tap()
    expect(page.locator("#thread-menu").get_by_role("button", name="Pin")).to_be_visible()
    page.goto("/messages")
    page.get_by_role("navigation", name="Main").get_by_role("button", name="More").tap()
    expect(page.locator("#account-menu").get_by_role("link", name="Settings")).to_be_visible()
    desk = visit(dialogue.priya, dialogue.address, java_script_enabled=False)
    expect(desk.get_by_role("complementary", name="Details")).to_be_visible()
