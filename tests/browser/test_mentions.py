"""Mentioning: the list above the field by keys and by finger, and the lamp on rows and channels."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from models.thread import TENANTS
from tests import factories
from tests.browser.axe import assert_accessible
from tests.browser.conversation import field, message, opened, row, send


@pytest.fixture
def team(dialogue):
    """Two more of the team, with names that begin alike."""
    account = dialogue.office.account
    return [factories.member(account, name) for name in ("Ruth Lindqvist", "Ruben Ångström")]


def options(page: Page) -> Locator:
    return page.get_by_role("listbox", name="People in this conversation").get_by_role("option")


def active(page: Page) -> Locator:
    return page.locator(f"[id='{field(page).get_attribute('aria-activedescendant')}']")


def channel(page: Page, name: str) -> Locator:
    return page.get_by_role("navigation", name="Channels").get_by_role("link", name=name)


def test_the_list_is_walked_and_left_by_keys_alone(dialogue, team, visit):
    maya = opened(visit(dialogue.maya, dialogue.address))
    priya = opened(visit(dialogue.priya, dialogue.address))
    field(maya).press_sequentially("mail me@home or @")
    expect(options(maya)).to_have_text(
        [re.compile(name) for name in ("Daniel Foster", "Priya Raman", "Ruben", "Ruth")]
    )
    expect(active(maya)).to_contain_text("Daniel Foster")
    expect(maya.get_by_role("button", name="Mention somebody")).to_have_attribute(
        "aria-expanded", "true"
    )
    assert_accessible(maya)
    field(maya).press("ArrowUp")
    expect(active(maya)).to_contain_text("Ruth Lindqvist")
    field(maya).press("ArrowDown")
    expect(active(maya)).to_contain_text("Daniel Foster")
    field(maya).press_sequentially("RU")
    expect(options(maya).filter(visible=True)).to_have_count(2)
    field(maya).press("Backspace")
    field(maya).press("Backspace")
    field(maya).press_sequentially("angs")
    expect(active(maya)).to_contain_text("Ruben Ångström")
    field(maya).press("Tab")
    expect(field(maya)).to_have_value("mail me@home or @Ruben Ångström ")
    expect(options(maya)).to_have_count(0)
    field(maya).press_sequentially("and @pri")
    field(maya).press("Escape")
    expect(options(maya)).to_have_count(0)
    expect(field(maya)).to_be_focused()
    field(maya).press_sequentially("y, @priya r")
    expect(active(maya)).to_contain_text("Priya Raman")
    field(maya).press("Enter")
    expect(field(maya)).to_be_focused()
    expect(message(maya, "home")).to_have_count(0)
    field(maya).press("Enter")
    names = ["@Ruben Ångström", "@Priya Raman"]
    expect(message(maya, "home").locator(".mention")).to_have_text(names)
    expect(message(priya, "home").locator(".mention")).to_have_text(names)
    expect(message(priya, "home").locator(".mention-me")).to_have_text(["@Priya Raman"])
    expect(message(maya, "home").locator(".mention-me")).to_have_count(0)
    assert_accessible(priya)


def test_the_next_message_may_begin_with_a_mention_too(dialogue, visit):
    maya = opened(visit(dialogue.maya, dialogue.address))
    for word in ("one", "two"):
        field(maya).press_sequentially("@pri")
        expect(options(maya).filter(visible=True)).to_contain_text(["Priya Raman"])
        field(maya).press("Enter")
        field(maya).press_sequentially(word)
        field(maya).press("Enter")
        expect(message(maya, word).locator(".mention")).to_have_text(["@Priya Raman"])


def test_on_a_phone_the_list_stands_above_the_field_and_is_tapped(dialogue, team, visit):
    priya = opened(visit(dialogue.priya, dialogue.address, phone=True))
    field(priya).tap()
    field(priya).press_sequentially("Hello @ru")
    option = options(priya).filter(has_text="Ruth Lindqvist")
    expect(option).to_be_visible()
    box, below = option.bounding_box(), field(priya).bounding_box()
    assert box["height"] >= 44
    assert box["y"] + box["height"] <= below["y"]
    assert box["width"] > 300
    assert_accessible(priya)
    option.tap()
    expect(field(priya)).to_have_value("Hello @Ruth Lindqvist ")
    expect(field(priya)).to_be_focused()
    expect(options(priya)).to_have_count(0)


def test_the_button_begins_a_mention_and_people_of_one_name_are_told_apart(dialogue, visit):
    account = dialogue.office.account
    _, other = (factories.member(account, "Sam Lee") for _ in range(2))
    maya = opened(visit(dialogue.maya, dialogue.address))
    field(maya).fill("Ask")
    maya.get_by_role("button", name="Mention somebody").click()
    expect(field(maya)).to_have_value("Ask @")
    options(maya).filter(has_text="Sam Lee").last.click()
    expect(field(maya)).to_have_value("Ask @Sam Lee ")
    # What is being written, and who is meant by it, is still there after a reload.
    maya.reload()
    expect(field(maya)).to_have_value("Ask @Sam Lee ")
    opened(maya)
    field(maya).press("Enter")
    name = message(maya, "Ask").locator(".mention")
    expect(name).to_have_attribute("data-user-id", str(other.id))


def test_the_lamp_goes_on_by_itself_and_out_by_reading(dialogue, visit):
    maya = visit(dialogue.maya, f"/messages?channel={TENANTS}")
    expect(maya.locator("html[data-live]")).to_be_attached()
    expect(channel(maya, "Tenants").locator(".mention-mark")).to_be_hidden()
    priya = opened(visit(dialogue.priya, dialogue.address))
    send(priya, "@Maya Okafor, is it you?")
    expect(row(maya, "Priya Raman").locator(".mention-mark")).to_be_visible()
    expect(channel(maya, "Tenants")).to_have_accessible_name(
        re.compile("you were mentioned.*1 unread")
    )
    expect(row(maya, "Priya Raman")).to_have_accessible_name(
        re.compile("1 unread.*you were mentioned")
    )
    assert_accessible(maya)
    send(priya, "Or somebody else?")
    expect(row(maya, "Priya Raman")).to_have_accessible_name(re.compile("2 unread"))
    row(maya, "Priya Raman").click()
    opened(maya)
    expect(maya.locator(".mention-me")).to_have_text("@Maya Okafor")
    expect(row(maya, "Priya Raman").locator(".mention-mark")).to_be_hidden()
    expect(channel(maya, "Tenants").locator(".mention-mark")).to_be_hidden()
