"""Moving about: focus, history, the phone's two screens, the keyboard, panes and menus."""

import re

import pytest
from playwright.sync_api import expect

from models.database import transaction
from tests import factories
from tests.browser.conversation import field, is_live, log, message, opened, row


@pytest.fixture
def neighbours(dialogue):
    """Two more conversations below Priya's: Marcus, unread, and Sofia."""
    with transaction():
        sofia = factories.contact(dialogue.office.account, "Sofia Castellano")
        marcus = factories.contact(dialogue.office.account, "Marcus Feld")
    factories.say(dialogue.maya, factories.dialogue_of(sofia), "The lock is new.")
    factories.say(marcus.user, factories.dialogue_of(marcus), "Half on the 1st?")
    dialogue.say(dialogue.maya, "It will be fixed.")
    return factories.dialogue_of(marcus), factories.dialogue_of(sofia)


def test_desktop_opens_beside_the_list_with_the_field_focused(dialogue, neighbours, visit):
    maya = visit(dialogue.maya, "/messages")
    is_live(maya)
    maya.evaluate("() => { window.never = 'reloaded'; }")
    row(maya, "Priya Raman").click()
    expect(field(maya)).to_be_focused()
    expect(maya).to_have_url(re.compile(f"{dialogue.address}$"))
    expect(maya).to_have_title("(1) Priya Raman · Hallway")
    expect(row(maya, "Priya Raman")).to_have_attribute("aria-current", "page")
    row(maya, "Sofia Castellano").click()
    expect(message(maya, "The lock is new.")).to_be_visible()
    expect(message(maya, "It will be fixed.")).to_have_count(0)
    expect(row(maya, "Priya Raman")).not_to_have_attribute("aria-current", "page")
    maya.go_back()
    expect(message(maya, "It will be fixed.")).to_be_visible()
    expect(row(maya, "Priya Raman")).to_have_attribute("aria-current", "page")
    expect(maya).to_have_title("(1) Priya Raman · Hallway")
    maya.go_forward()
    expect(message(maya, "The lock is new.")).to_be_visible()
    maya.go_back()
    maya.go_back()
    expect(maya.get_by_text("Pick a conversation")).to_be_visible()
    expect(maya.locator("#rows a[aria-current]")).to_have_count(0)
    assert maya.evaluate("() => window.never") == "reloaded"


def test_phone_shows_one_thing_at_a_time_and_leads_back_to_the_row(dialogue, neighbours, visit):
    maya = visit(dialogue.maya, "/messages", phone=True)
    is_live(maya)
    maya.evaluate("() => { window.never = 'reloaded'; }")
    row(maya, "Priya Raman").tap()
    expect(maya.get_by_role("heading", name="Priya Raman")).to_be_focused()
    expect(row(maya, "Priya Raman")).to_be_hidden()
    expect(maya.locator(".bottom-nav")).to_be_hidden()
    back = maya.get_by_role("link", name="Back to conversations, 1 unread")
    back.tap()
    expect(row(maya, "Priya Raman")).to_be_focused()
    expect(log(maya)).to_have_count(0)
    expect(maya).to_have_url(re.compile(r"/messages\?channel=tenants$"))
    row(maya, "Marcus Feld").tap()
    expect(message(maya, "Half on the 1st?")).to_be_visible()
    maya.go_back()
    expect(row(maya, "Marcus Feld")).to_be_focused()
    expect(maya).to_have_title(re.compile(r"^(\(1\) )?Messages · Hallway$"))
    assert maya.evaluate("() => window.never") == "reloaded"


def test_channel_changes_the_list_and_leaves_what_is_being_written(dialogue, neighbours, visit):
    maya = opened(visit(dialogue.maya, dialogue.address))
    field(maya).fill("Half a sentence")
    maya.get_by_role("link", name="Service Pros").click()
    expect(maya.get_by_text("No service pros yet")).to_be_visible()
    expect(field(maya)).to_have_value("Half a sentence")
    expect(message(maya, "It will be fixed.")).to_be_visible()
    expect(maya).to_have_title("(1) Priya Raman · Hallway")
    maya.go_back()
    expect(row(maya, "Priya Raman")).to_have_attribute("aria-current", "page")
    expect(field(maya)).to_have_value("Half a sentence")


def test_keyboard_leads_through_the_list(dialogue, neighbours, visit):
    maya = opened(visit(dialogue.maya, dialogue.address))
    field(maya).press("Alt+ArrowDown")
    expect(message(maya, "Half on the 1st?")).to_be_visible()
    field(maya).press("Alt+ArrowUp")
    expect(message(maya, "It will be fixed.")).to_be_visible()
    row(maya, "Priya Raman").focus()
    maya.keyboard.press("ArrowDown")
    expect(row(maya, "Marcus Feld")).to_be_focused()
    maya.keyboard.press("ArrowDown")
    maya.keyboard.press("Enter")
    expect(message(maya, "The lock is new.")).to_be_visible()


def test_keyboard_finds_the_next_unread(dialogue, neighbours, visit):
    marcus, _ = neighbours
    maya = opened(visit(dialogue.maya, dialogue.address))
    field(maya).press("Alt+Shift+ArrowDown")
    expect(maya).to_have_url(re.compile(f"/threads/{marcus.id}$"))


def test_question_mark_lists_the_keys_only_where_nobody_types(dialogue, visit):
    maya = opened(visit(dialogue.maya, dialogue.address))
    keys = maya.get_by_role("dialog", name="Keyboard shortcuts")
    field(maya).press_sequentially("Why?")
    expect(keys).to_be_hidden()
    field(maya).press("Escape")
    expect(field(maya)).not_to_be_focused()
    maya.keyboard.press("?")
    expect(keys).to_be_visible()
    maya.keyboard.press("i")
    maya.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    expect(field(maya)).to_have_value("Why?")


def test_detail_pane_closes_and_stays_closed(dialogue, neighbours, visit):
    maya = opened(visit(dialogue.maya, dialogue.address))
    pane = maya.get_by_role("complementary", name="Details")
    toggle = maya.locator(".thread-head [data-toggles-details]")
    expect(pane).to_be_visible()
    expect(toggle).to_have_attribute("aria-expanded", "true")
    toggle.click()
    expect(pane).to_be_hidden()
    row(maya, "Marcus Feld").click()
    expect(message(maya, "Half on the 1st?")).to_be_visible()
    expect(pane).to_be_hidden()
    maya.reload()
    opened(maya)
    expect(pane).to_be_hidden()
    expect(toggle).to_have_attribute("aria-expanded", "false")


def test_on_a_narrow_window_the_detail_pane_is_a_drawer(dialogue, visit):
    size = {"width": 1100, "height": 800}
    maya = opened(visit(dialogue.maya, dialogue.address, viewport=size))
    pane = maya.get_by_role("complementary", name="Details")
    toggle = maya.locator(".thread-head [data-toggles-details]")
    expect(pane).to_be_hidden()
    toggle.click()
    expect(pane).to_be_visible()
    expect(pane.get_by_role("button", name="Close details")).to_be_focused()
    maya.keyboard.press("Escape")
    expect(pane).to_be_hidden()
    expect(toggle).to_be_focused()


def test_account_menu_is_walked_with_the_arrows(dialogue, visit):
    maya = visit(dialogue.maya, "/settings/profile")
    is_live(maya)
    button = maya.get_by_role("button", name="account menu")
    button.click()
    menu = maya.locator("#account-menu")
    expect(menu).to_be_visible()
    expect(menu.get_by_role("link", name="Settings")).to_be_focused()
    maya.keyboard.press("ArrowDown")
    expect(menu.get_by_role("link", name="Help")).to_be_focused()
    maya.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(button).to_be_focused()


def test_appearance_is_chosen_and_kept(dialogue, visit):
    maya = visit(dialogue.maya, "/settings/profile", color_scheme="light")
    is_live(maya)
    html = maya.locator("html")
    expect(html).to_have_attribute("data-theme", "light")
    maya.get_by_role("button", name="account menu").click()
    maya.locator("#account-menu").get_by_label("Dark").check()
    expect(html).to_have_attribute("data-theme", "dark")
    maya.reload()
    expect(html).to_have_attribute("data-theme", "dark")
    maya.get_by_role("button", name="account menu").click()
    maya.locator("#account-menu").get_by_label("System").check()
    expect(html).to_have_attribute("data-theme", "light")
    maya.emulate_media(color_scheme="dark")
    expect(html).to_have_attribute("data-theme", "dark")


def test_password_can_be_shown_and_goes_out_as_a_password(dialogue, visit):
    maya = visit(dialogue.maya, "/settings/profile")
    maya.goto("about:blank")  # or the page may just be asking for something
    maya.context.clear_cookies()
    maya.goto("/sign-in")
    password = maya.get_by_label("Password", exact=True)
    password.fill("correct horse battery")
    maya.get_by_role("button", name="Show password").click()
    expect(password).to_have_attribute("type", "text")
    maya.get_by_role("button", name="Hide password").click()
    expect(password).to_have_attribute("type", "password")
