"""Mute, pin, mark unread and clear: two devices of one person, by pointer, finger and keyboard."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from models.database import transaction
from tests import factories
from tests.browser.axe import assert_accessible
from tests.browser.conversation import assert_badge, field, is_live, message, opened, row


def more(page: Page) -> Locator:
    return page.locator(".thread-head").get_by_role("button", name="More", exact=True)


def toast(page: Page, words: str) -> Locator:
    return page.locator(".toast").filter(has_text=words)


def hold(page: Page, target: Locator) -> None:
    """Press long on something with a finger."""
    box = target.bounding_box()
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    finger = page.context.new_cdp_session(page)
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    with page.expect_response(re.compile("/menu$")):
        pass
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.locator("#row-menu")).to_be_visible()


@pytest.fixture
def others(dialogue):
    """Marcus writes after Priya, so that he stands above her."""
    dialogue.say(dialogue.priya, "The tap drips.", 30)
    with transaction():
        marcus = factories.contact(dialogue.office.account, "Marcus Feld")
    factories.say(marcus.user, factories.dialogue_of(marcus), "Can I pay on Friday?")
    return marcus


def test_every_act_on_the_desktop_shows_on_the_phone(dialogue, others, visit):
    phone = visit(dialogue.maya, "/messages?channel=tenants", phone=True)
    is_live(phone)
    assert_badge(phone, 2)
    desktop = opened(visit(dialogue.maya, dialogue.address))
    assert_badge(phone, 1)
    # Muted: quiet on both, and nothing in the total.
    row(desktop, "Marcus Feld").hover()
    desktop.get_by_role("link", name="More for Marcus Feld").click()
    desktop.get_by_role("link", name="Mute…").click()
    expect(desktop.get_by_role("dialog", name="Mute Marcus Feld?")).to_be_visible()
    assert_accessible(desktop)
    desktop.get_by_role("button", name="Until tomorrow, 8:00").click()
    expect(toast(desktop, "Muted until tomorrow, 8:00")).to_be_visible()
    for page in (phone, desktop):
        assert_badge(page, 0)
        expect(row(page, "Marcus Feld").locator(".count-quiet")).to_have_text(re.compile("^1"))
    # Pinned: first on both.
    more(desktop).click()
    desktop.get_by_role("button", name="Pin", exact=True).click()
    for page in (phone, desktop):
        expect(page.locator("#rows .row-name").first).to_have_text("Priya Raman")
    # Marked unread: the conversation is left, so that it is not read again at once.
    more(desktop).click()
    desktop.get_by_role("button", name="Mark unread").click()
    expect(desktop.get_by_text("Pick a conversation")).to_be_visible()
    for page in (phone, desktop):
        assert_badge(page, 1)
    # Opening it on the phone reads it, though nothing in it is new.
    row(phone, "Priya Raman").tap()
    opened(phone)
    assert_badge(desktop, 0)
    # Cleared: empty on both, there for everybody else.
    row(desktop, "Priya Raman").click()
    opened(desktop)
    more(desktop).click()
    desktop.get_by_role("link", name="Clear conversation…").click()
    dialog = desktop.get_by_role("dialog", name="Clear conversation?")
    expect(dialog).to_contain_text("Everybody else keeps it, and it stays on the record.")
    dialog.get_by_role("button", name="Clear conversation").click()
    for page in (phone, desktop):
        expect(message(page, "The tap drips.")).to_have_count(0)
        expect(page.get_by_text("You cleared what was here.")).to_be_visible()
    expect(row(desktop, "Priya Raman")).to_contain_text("Cleared")
    assert_accessible(desktop)
    priya = opened(visit(dialogue.priya, dialogue.address))
    expect(message(priya, "The tap drips.")).to_be_visible()
    field(priya).fill("Still dripping.")
    field(priya).press("Enter")
    for page in (phone, desktop):
        expect(message(page, "Still dripping.")).to_be_visible()
        expect(page.get_by_text("You cleared what was here.")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_by_long_press_and_by_the_head(scheme, dialogue, others, visit):
    phone = visit(dialogue.maya, "/messages?channel=tenants", phone=True, color_scheme=scheme)
    is_live(phone)
    hold(phone, row(phone, "Marcus Feld"))
    expect(phone).to_have_url(re.compile("/messages"))
    assert_accessible(phone)
    sheet = phone.locator("#row-menu")
    for item in sheet.locator(".menu-item").all():
        assert item.bounding_box()["height"] >= 44
    sheet.get_by_role("button", name="Mark read").tap()
    assert_badge(phone, 1)
    phone.get_by_role("link", name="Show unread only").tap()
    expect(phone.locator("#rows .row-name")).to_have_text(["Priya Raman"])
    row(phone, "Priya Raman").tap()
    opened(phone)
    more(phone).tap()
    expect(phone.locator("#thread-menu")).to_be_visible()
    assert_accessible(phone)
    phone.locator("#thread-menu").get_by_role("button", name="Mark unread").tap()
    # Back to the list as it was left.
    expect(phone.locator("#rows .row-name")).to_have_text(["Priya Raman"])
    with phone.expect_response("**/read-position"):
        row(phone, "Priya Raman").tap()
    phone.locator(".thread-back").tap()
    expect(phone.get_by_text("You're all caught up")).to_be_visible()
    expect(phone.get_by_text("Every message in Tenants is read.")).to_be_visible()
    assert_accessible(phone)


def test_by_keyboard(dialogue, others, visit):
    page = opened(visit(dialogue.maya, dialogue.address))
    page.locator("#thread-heading").focus()
    page.keyboard.press("m")
    dialog = page.get_by_role("dialog", name="Mute Priya Raman?")
    dialog.get_by_role("button", name="Until you unmute it").press("Enter")
    expect(toast(page, "Muted.")).to_be_visible()
    expect(page.locator(".thread-head[data-muted]")).to_be_attached()
    page.locator("#thread-heading").focus()
    page.keyboard.press("m")
    expect(page.locator(".thread-head:not([data-muted])")).to_be_attached()
    row(page, "Marcus Feld").focus()
    page.keyboard.press("e")
    assert_badge(page, 0)
    expect(row(page, "Marcus Feld")).not_to_have_class(re.compile("unread"))
    page.keyboard.press("e")
    assert_badge(page, 1)
    row(page, "Marcus Feld").press("Tab")
    expect(page.get_by_role("link", name="More for Marcus Feld")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Mute…")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="More for Marcus Feld")).to_be_focused()
