"""The team in several browsers: its chats begin live, and a right that is taken away is gone."""

import re

from playwright.sync_api import expect

from models.database import transaction
from tests import factories
from tests.browser.axe import assert_accessible
from tests.browser.conversation import field, is_live, message, opened, row, send
from tests.browser.test_files import attach, given, picture
from tests.browser.test_story import mailed_path

GONE = "That conversation is not open to you any more."


def test_a_right_that_is_taken_away_changes_the_open_pages(dialogue, visit, console):
    console.network_is_cut = True  # Chromium says of each 404 that there was one
    dialogue.say(dialogue.priya, "The faucet drips.")
    desktop = opened(visit(dialogue.maya, dialogue.address))
    phone = visit(dialogue.maya, "/messages?channel=tenants", phone=True)
    expect(row(phone, "Priya Raman")).to_be_visible()
    is_live(phone)
    admin = visit(dialogue.office.admin, "/settings/team")
    is_live(admin)
    assert_accessible(admin)

    tenants = admin.get_by_role("combobox", name="Tenants for Maya Okafor")
    tenants.focus()
    tenants.select_option("View")
    expect(admin.get_by_text("Saved.")).to_be_visible()
    expect(desktop.locator(".composer-closed")).to_contain_text("You can read this but not write.")
    expect(message(desktop, "The faucet drips.")).to_be_visible()
    expect(tenants).to_be_focused()

    tenants.select_option("None")
    expect(desktop.get_by_text(GONE)).to_be_visible()
    expect(message(desktop, "The faucet drips.")).to_have_count(0)
    expect(row(desktop, "Priya Raman")).to_have_count(0)
    expect(row(phone, "Priya Raman")).to_have_count(0)
    channels = desktop.get_by_role("navigation", name="Channels")
    expect(channels.get_by_role("link", name="Tenants")).to_have_count(0)


def test_what_lies_over_the_page_goes_with_the_right_to_see_it(dialogue, visit, console):
    console.network_is_cut = True  # Chromium says of each 404 that there was one
    priya = opened(visit(dialogue.priya, dialogue.address, phone=True))
    attach(priya, given("tap.jpg", picture()))
    priya.get_by_role("button", name="Send", exact=True).tap()
    looks, asks = (opened(visit(dialogue.maya, dialogue.address)) for _ in range(2))
    looks.get_by_role("article").locator(".photo").click()
    expect(looks.get_by_role("dialog")).to_contain_text("Photo from Priya")
    asks.locator("#details").get_by_role("link", name="Disconnect").click()
    expect(asks.get_by_role("dialog")).to_contain_text("Disconnect from Priya?")
    marcus = factories.contact(dialogue.office.account, "Marcus Feld", home=dialogue.office.unit)
    hears = opened(visit(dialogue.maya, f"/threads/{factories.dialogue_of(marcus).id}"))
    field(priya).fill("A word that is told.")
    priya.get_by_role("button", name="Send", exact=True).tap()
    expect(hears.locator("#live")).to_contain_text("Priya Raman")

    admin = visit(dialogue.office.admin, "/settings/team")
    admin.get_by_role("combobox", name="Tenants for Maya Okafor").select_option("None")
    for page in (looks, asks, hears):
        expect(page.get_by_text(GONE)).to_be_visible()
        expect(page.get_by_text("Priya")).to_have_count(0)
        expect(page.locator("dialog[open]")).to_have_count(0)


def test_somebody_joins_the_team_and_all_of_it_writes_at_once(
    dialogue, visit, house, password_hash, console
):
    console.network_is_cut = True  # Chromium says of each 404 that there was one
    with transaction():
        otto = factories.person("Otto Falk")
        otto.email, otto.password_hash = f"{otto.id}@people.example", password_hash
        otto.save()
    maya = visit(dialogue.maya, "/messages")
    expect(maya.locator("[data-channel=team]")).to_have_count(0)
    is_live(maya)
    admin = visit(dialogue.office.admin, "/settings/team")
    admin.get_by_role("link", name="Add teammate").click()
    dialog = admin.get_by_role("dialog", name="Add teammate")
    dialog.get_by_label("Name").fill("Otto Falk")
    dialog.get_by_label("Email").fill(otto.email)
    assert_accessible(admin)
    dialog.get_by_role("button", name="Send invitation").click()
    expect(admin.get_by_text("Invitation sent to Otto.")).to_be_visible()
    expect(admin.locator(".member").filter(has_text="Otto Falk")).to_contain_text("Invited")
    is_live(admin)

    his = visit(otto, mailed_path(admin, house, otto.email), phone=True)
    his.get_by_role("button", name="Accept invitation").tap()
    expect(his.get_by_text("You are on the team of Birch & Vine now.")).to_be_visible()
    expect(admin.locator(".member").filter(has_text="Otto Falk")).not_to_contain_text("Invited")
    channels = maya.get_by_role("navigation", name="Channels")
    expect(channels.get_by_role("link", name=re.compile("^Team"))).to_be_visible()
    expect(maya.locator("#rows")).to_have_attribute("data-channel", "tenants")  # as it was
    channels.get_by_role("link", name=re.compile("^Team")).click()
    row(maya, "Team chat").click()
    opened(maya)
    row(his, "Team chat").tap()
    opened(his)
    field(his).fill("Good morning, team.")
    his.get_by_role("button", name="Send", exact=True).tap()
    theirs = message(maya, "Good morning, team.")
    expect(theirs).to_be_visible()
    expect(theirs).not_to_have_class(re.compile(r"\bm(ine|ate)\b"))
    assert_accessible(maya)
    send(maya, "Welcome, Otto.")
    expect(message(his, "Welcome, Otto.")).to_be_visible()

    admin.locator("#content").get_by_label("More for Otto Falk").click()
    admin.get_by_role("link", name="Remove from team").click()
    admin.get_by_role("button", name="Remove from team").click()
    expect(his.get_by_text(GONE)).to_be_visible()
    expect(message(his, "Welcome, Otto.")).to_have_count(0)
    expect(message(maya, "was removed by")).to_be_visible()
