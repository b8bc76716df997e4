"""Hallway on a home screen: Chromium finds nothing amiss, and the card asks as it should."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, PHONE, chromium
from tests.browser.conversation import is_live

OFFER = """() => {
  const offer = new Event("beforeinstallprompt", { cancelable: true });
  window.asked = 0;
  offer.prompt = () => { window.asked++; };
  offer.userChoice = Promise.resolve({ outcome: "dismissed" });
  window.dispatchEvent(offer);
}"""
DAY = 86_400
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def profile(browser, house, tmp_path, console):
    """A browser that keeps what it is told, as an ordinary window does."""
    context = browser.browser_type.launch_persistent_context(
        tmp_path / "profile", base_url=house.url, **chromium(), **PHONE
    )
    for page in context.pages:
        console.listen(page)
    yield context
    context.close()


def test_chromium_finds_nothing_that_keeps_it_from_installing(profile, dialogue):
    form = {"email": dialogue.priya.email, "password": PASSWORD}
    assert profile.request.post("/sign-in", form=form).ok
    page = profile.pages[0]
    page.goto("/messages")
    is_live(page)
    session = profile.new_cdp_session(page)
    assert session.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    manifest = session.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert manifest["url"].endswith("/manifest.webmanifest")


def test_the_card_comes_back_after_two_weeks_and_twice_at_most(dialogue, visit):
    priya = visit(dialogue.priya, "/messages", phone=True)
    is_live(priya)
    card = priya.get_by_role("region", name="Put Hallway on your Home Screen")
    expect(card).to_be_hidden()
    for days in (0, 13, 15, 30, 45, 60):
        priya.clock.set_fixed_time(1_800_000_000 + days * DAY)
        priya.reload()
        is_live(priya)
        priya.evaluate(OFFER)
        if days in (13, 45, 60):
            expect(card).to_be_hidden()
            continue
        expect(card).to_be_visible()
        if days == 15:
            card.get_by_role("button", name="Install").tap()
            expect(card).to_be_hidden()
            assert priya.evaluate("() => window.asked") == 1
        else:
            card.get_by_role("button", name="Later").tap()
            expect(card).to_be_hidden()
    # Who changed their mind finds it in the menu.
    priya.get_by_role("button", name="More").tap()
    priya.get_by_role("button", name="Install Hallway").tap()
    assert priya.evaluate("() => window.asked") == 1


def test_on_an_iphone_the_card_says_how_in_two_steps(dialogue, visit):
    priya = visit(dialogue.priya, "/messages", phone=True, user_agent=IPHONE)
    is_live(priya)
    card = priya.get_by_role("region", name="Put Hallway on your Home Screen")
    expect(card.get_by_role("listitem")).to_have_text(
        ["Tap Share in the toolbar", "Choose Add to Home Screen"]
    )
    expect(card.get_by_role("button", name="Install")).to_be_hidden()
    card.get_by_role("button", name="Not now").tap()
    expect(card).to_be_hidden()


def test_on_a_desktop_only_the_menu_offers_it(dialogue, visit):
    maya = visit(dialogue.maya, "/messages")
    is_live(maya)
    maya.evaluate(OFFER)
    expect(maya.get_by_role("region", name="Put Hallway")).to_be_hidden()
    maya.get_by_role("button", name="account menu").click()
    expect(maya.get_by_role("button", name="Install Hallway")).to_be_visible()
