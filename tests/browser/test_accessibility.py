"""axe-core without a violation on every page: desktop and phone, light and dark."""

from uuid import uuid4

import pytest
from playwright.sync_api import expect

from models.database import transaction
from models.requests.submitting import Wanted, submit
from tests import factories
from tests.browser.axe import assert_accessible

PAGES = [
    "/",
    "/messages",
    "{thread}",
    "{thread}/details",
    "{thread}/menu",
    "{thread}/mute",
    "{thread}/clear",
    "/search?q=e",
    "/search?q=nobody",
    "/contacts?role=tenants",
    "/contacts/new",
    "/contacts/{contact}",
    "/contacts/{contact}/edit",
    "/contacts/{contact}/tenancies/new",
    "/contacts/{contact}/disconnect",
    "/maintenance",
    "/maintenance?q=nothing",
    "/maintenance/{request}",
    "/maintenance/{request}/share",
    "/maintenance/{request}/people/{contact}/remove",
    "/settings/maintenance",
    "/properties",
    "/properties/new",
    "/settings/profile",
    "/settings/devices",
    "/settings/notifications",
    "/settings/account",
    "/settings/team",
    "/accounts/new",
    "/help",
    "/nowhere",
]

# How far it can be scrolled sideways, in px, and words squeezed beside a control into 8 rem.
FITS = """() => {
  const { scrollWidth } = document.documentElement;
  const words = [...document.querySelectorAll(".setting > .grow")];
  const narrow = words.filter((one) => one.checkVisibility() && one.offsetWidth <= 128);
  return [scrollWidth - innerWidth, narrow.map((one) => one.textContent)];
}"""


@pytest.fixture
def lively(dialogue):
    """A conversation with something of everything."""
    for number in range(5):
        dialogue.say(dialogue.priya, f"Message {number} https://example.com", 60 * 24 - number)
        dialogue.say(dialogue.maya, "An answer", 60 * 20 - number)
    with transaction():
        factories.contact(dialogue.office.account, "Grace Bellamy", state="invited")
        ended = factories.contact(dialogue.office.account, "Camille Duarte", state="disconnected")
    dialogue.ended = factories.dialogue_of(ended)
    wanted = Wanted(str(uuid4()), "Faucet drips", f"unit:{dialogue.office.unit.id}", "It drips.")
    dialogue.request = submit(dialogue.priya, wanted)[0]
    return dialogue


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_the_team(lively, visit, console, phone, scheme):
    page = visit(lively.maya, "/", phone=phone, color_scheme=scheme)
    for address in [*PAGES, f"/threads/{lively.ended.id}"]:
        page.goto(
            address.format(thread=lively.address, contact=lively.tie.id, request=lively.request.id)
        )
        assert_accessible(page)
    # Chromium itself says that the page asked for is not there.
    console.lines.remove(next(line for line in console.lines if "404" in line))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_a_tenant(lively, visit, scheme):
    page = visit(lively.priya, "/messages", phone=True, color_scheme=scheme)
    for address in ("/messages", lively.address, f"{lively.address}/details", "/help"):
        page.goto(address)
        assert_accessible(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_visitors(house, browser, scheme):
    context = browser.new_context(base_url=house.url, color_scheme=scheme)
    page = context.new_page()
    for address in ("/sign-in", "/sign-up", "/forgot", "/help", "/links/unknown"):
        page.goto(address)
        assert_accessible(page)
    page.goto("/sign-in")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    assert_accessible(page)
    context.close()


def test_pages_fit_a_phone_and_words_have_room_beside_what_they_name(lively, visit, console):
    page = visit(lively.maya, "/", phone=True)
    for address in PAGES:
        page.goto(
            address.format(thread=lively.address, contact=lively.tie.id, request=lively.request.id)
        )
        wide, narrow = page.evaluate(FITS)
        assert (wide, narrow) == (0, []), address
    console.lines.remove(next(line for line in console.lines if "404" in line))


def test_text_at_twice_its_size_stays_on_the_page(lively, visit):
    page = visit(lively.maya, "/", phone=True)
    for address in ("/", "/messages", lively.address, "/contacts", "/settings/profile"):
        page.goto(address)
        page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
        wide = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, address
