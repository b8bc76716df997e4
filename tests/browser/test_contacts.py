"""Contacts on two screens at once: what one does appears on the other without reload."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from models import clock
from models.connection import NOT_CONNECTED, Connection
from tests import factories
from tests.browser.axe import assert_accessible
from tests.browser.conversation import field, is_live, log, message, opened, row
from tests.browser.test_story import mailed_path


@pytest.fixture
def stays(dialogue):
    """Priya as someone who accepted an invitation, long before today."""
    Connection.update(connected_at=1).where(Connection.id == dialogue.tie.id).execute()
    return dialogue


def marked(page):
    """The page, so that a reload would be noticed."""
    page.evaluate("() => { window.never = 'reloaded'; }")
    return page


def was_never_reloaded(page) -> bool:
    return page.evaluate("() => window.never") == "reloaded"


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_a_disconnect_closes_the_conversation_of_who_is_looking(dialogue, visit, phone):
    dialogue.say(dialogue.maya, "The lift is repaired.")
    priya = marked(opened(visit(dialogue.priya, dialogue.address, phone=phone)))
    maya = opened(visit(dialogue.maya, dialogue.address, phone=phone))
    contacts = visit(dialogue.office.admin, "/contacts")
    is_live(contacts)
    marked(contacts)
    if phone:
        maya.get_by_role("link", name="Details").or_(
            maya.get_by_role("button", name="Details")
        ).first.tap()
    maya.locator("#details").get_by_role("link", name="Disconnect").click()
    dialog = maya.get_by_role("dialog", name="Disconnect from Priya?")
    expect(dialog).to_contain_text("You both keep the conversation, but nobody can write in it.")
    assert_accessible(maya)
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
    maya.locator("#details").get_by_role("link", name="Disconnect").click()
    dialog.get_by_role("button", name="Disconnect").click()
    expect(maya.get_by_text("You disconnected. You can't write here.")).to_be_visible()
    is_live(maya)
    expect(priya.get_by_text("Birch & Vine disconnected. You can't write here.")).to_be_visible()
    expect(field(priya)).to_have_count(0)
    expect(message(priya, "The lift is repaired.")).to_be_visible()
    expect(log(priya).get_by_text("Maya Okafor ended the connection")).to_be_visible()
    expect(contacts.get_by_role("row", name=re.compile("Priya"))).to_contain_text("Disconnected")
    assert was_never_reloaded(priya)
    assert was_never_reloaded(contacts)


def test_the_contact_leaves_and_comes_back_to_the_same_conversation(dialogue, visit, house):
    dialogue.say(dialogue.priya, "We are moving out in spring.")
    priya = opened(visit(dialogue.priya, dialogue.address, phone=True))
    maya = marked(opened(visit(dialogue.maya, dialogue.address)))
    priya.get_by_label("Details").first.tap()
    priya.locator("#details").get_by_role("link", name="Disconnect").tap()
    sheet = priya.get_by_role("dialog", name="Disconnect from Birch & Vine?")
    sheet.get_by_role("button", name="Disconnect").tap()
    expect(maya.get_by_text("Priya disconnected. You can't write here.")).to_be_visible()
    assert was_never_reloaded(maya)
    maya.locator("#details").get_by_role("link", name="Contact").click()
    expect(maya.get_by_role("heading", name="Priya Raman")).to_be_visible()
    is_live(maya)
    maya.get_by_role("link", name="Reconnect with Priya Raman").click()
    dialog = maya.get_by_role("dialog", name="Reconnect with Priya Raman")
    dialog.get_by_label("Email").fill(dialogue.priya.email)
    dialog.get_by_role("button", name="Send connection").click()
    expect(maya.get_by_text("Invitation sent to Priya.")).to_be_visible()
    expect(maya).to_have_url(re.compile(rf"/contacts/{dialogue.tie.id}$"))
    is_live(maya)
    marked(maya)
    priya.goto(mailed_path(priya, house, dialogue.priya.email))
    priya.get_by_role("button", name="Accept invitation").tap()
    opened(priya)
    expect(message(priya, "We are moving out in spring.")).to_be_visible()
    expect(maya.locator(".contact-head .chip")).to_have_text(["Connected"])
    assert was_never_reloaded(maya)
    field(priya).fill("Here again.")
    priya.get_by_role("button", name="Send", exact=True).tap()
    maya.goto(dialogue.address)
    expect(message(maya, "Here again.")).to_be_visible()


def test_a_tenancy_is_ended_on_the_contacts_page(stays, visit, console):
    maya = visit(stays.maya, "/contacts")
    is_live(maya)
    priya = marked(opened(visit(stays.priya, stays.address, phone=True)))
    maya.get_by_role("link", name="Priya Raman").first.click()
    is_live(maya)
    assert_accessible(maya)
    maya.get_by_role("link", name=re.compile("^Change 412")).click()
    dialog = maya.get_by_role("dialog", name="Change tenancy")
    expect(dialog).to_be_visible()
    assert_accessible(maya)
    dialog.get_by_label("First day").fill("2020-01-01")
    dialog.get_by_label("Last day").fill("2019-01-01")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("The last day comes before the first.")).to_be_visible()
    tomorrow = clock.to_datetime(clock.now()).date() + timedelta(days=1)
    dialog.get_by_label("Last day").fill(tomorrow.isoformat())
    dialog.get_by_role("button", name="Save").click()
    expect(maya.get_by_text("the connection ends that night")).to_be_visible()
    is_live(maya)
    switch = maya.get_by_role("switch", name=re.compile("^Stays connected"))
    switch.click()
    expect(maya.get_by_text("the connection ends that night")).to_have_count(0)
    expect(switch).to_be_checked()
    is_live(maya)
    switch.click()
    expect(maya.get_by_text("the connection ends that night")).to_be_visible()
    is_live(maya)
    maya.get_by_role("link", name=re.compile("^Change 412")).click()
    dialog.get_by_label("Last day").fill("2020-12-31")
    dialog.get_by_role("button", name="Save").click()
    expect(maya.get_by_text("so the connection has ended too")).to_be_visible()
    is_live(maya)
    expect(priya.get_by_text("Your tenancy ended. You can't write here.")).to_be_visible()
    expect(log(priya).get_by_text("Priya’s tenancy ended")).to_be_visible()
    assert was_never_reloaded(priya)
    # A form was refused on purpose; Chromium itself says so.
    console.lines = [line for line in console.lines if "422" not in line]


def test_phone_list_opens_a_contact_by_its_row(dialogue, visit):
    factories.contact(dialogue.office.account, "Grace Bellamy", state=NOT_CONNECTED)
    maya = visit(dialogue.maya, "/contacts", phone=True)
    is_live(maya)
    maya.locator("summary", has_text="Any status").tap()
    maya.get_by_role("link", name="Not connected 1").tap()
    expect(maya.locator(".table-row")).to_have_count(1)
    is_live(maya)
    maya.locator(".table-row").tap(position={"x": 120, "y": 60})
    expect(maya.get_by_role("heading", name="Grace Bellamy")).to_be_visible()
    is_live(maya)
    assert_accessible(maya)
    expect(row(maya, "Grace")).to_have_count(0)
