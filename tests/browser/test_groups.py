"""A member of the team and two tenants in one group, each at a screen of their own."""

import re

import pytest
from playwright.sync_api import Page, expect

from models.connection import Connection
from tests import factories
from tests.browser.axe import assert_accessible
from tests.browser.conftest import Dialogue
from tests.browser.conversation import field, message, opened, row, send


@pytest.fixture
def marcus(dialogue: Dialogue, password_hash: str) -> Connection:
    """A second tenant of the house."""
    tie = factories.contact(
        dialogue.office.account, "Marcus Feld", home=factories.unit(dialogue.office.place)
    )
    tie.user.email, tie.user.password_hash = f"{tie.user.id}@people.example", password_hash
    tie.user.save()
    return tie


def new_group(page: Page) -> None:
    page.get_by_role("link", name="New group").locator("visible=true").click()
    expect(page.get_by_role("dialog", name="New group")).to_be_visible()


def readers_of(page: Page, words: str) -> None:
    expect(page.locator("#readers")).to_contain_text(words)


def test_a_conversation_of_three_from_its_first_word_to_somebody_leaving(
    dialogue, marcus, visit, console
):
    console.network_is_cut = True  # what is gone answers 404, which Chromium says in the console
    priya = opened(visit(dialogue.priya, dialogue.address, phone=True))
    priya.goto("/messages")
    maya = opened(visit(dialogue.maya, dialogue.address))

    # By the keyboard alone: search, pick, and a name comes by itself.
    new_group(maya)
    dialog = maya.get_by_role("dialog")
    assert_accessible(maya)
    for name in ("Priya Raman", "Marcus Feld"):
        box = dialog.get_by_role("checkbox", name=re.compile(name))
        box.focus()
        box.press("Space")
    expect(dialog.locator("[data-picked]")).to_have_text("2 picked")
    expect(dialog.get_by_label("Name")).to_have_attribute("placeholder", "Marcus & Priya")
    dialog.get_by_label("Name").fill("Bikes")
    dialog.get_by_label("Name").press("Enter")
    opened(maya)
    readers_of(maya, "Read by Marcus, Priya and the team of Birch & Vine")
    assert_accessible(maya)

    # It is there for its members without anybody loading a page again.
    expect(row(priya, "Bikes")).to_be_visible()
    row(priya, "Bikes").click()
    opened(priya)
    other = opened(visit(marcus.user, priya.url))
    readers_of(priya, "Read by Marcus and the team")
    send(maya, "The code is 4711.")
    expect(message(priya, "The code is 4711.")).to_be_visible()
    field(other).press_sequentially("Th")
    expect(priya.get_by_text("Marcus is typing")).to_be_visible()
    send(other, "Thanks!")
    for page in (maya, priya):
        expect(message(page, "Thanks!")).to_be_visible()
    assert_accessible(priya)

    # Somebody goes: their page closes, the others see it, and who reads follows at once.
    priya.locator("#readers summary").click()
    expect(priya.locator("#readers").get_by_text("Marcus Feld")).to_be_visible()
    maya.get_by_role("link", name="Change group").click()
    maya.get_by_role("dialog").get_by_role("checkbox", name=re.compile("Marcus")).uncheck()
    assert_accessible(maya)
    maya.get_by_role("button", name="Save").click()
    expect(other.get_by_text("You are no longer part of this conversation.")).to_be_visible()
    expect(field(other)).to_have_count(0)
    expect(message(priya, "Marcus Feld was removed by Maya Okafor")).to_be_visible()
    readers_of(priya, "Read by the team of Birch & Vine alone")
    readers_of(opened(maya), "Read by Priya and the team")
    send(maya, "Only us now.")
    expect(message(priya, "Only us now.")).to_be_visible()
    expect(message(other, "Only us now.")).to_have_count(0)


def test_readers_of_an_announcement_never_learn_of_each_other(dialogue, marcus, visit):
    maya = opened(visit(dialogue.maya, dialogue.address))
    new_group(maya)
    dialog = maya.get_by_role("dialog")
    dialog.get_by_role("radio", name=re.compile("Announcement")).check()
    dialog.get_by_label("Who is in it").select_option(label="Everyone at 412 Alder St")
    expect(dialog.get_by_text("Who moves in is added, who moves out leaves.")).to_be_visible()
    expect(dialog.get_by_role("checkbox")).to_have_count(0)
    dialog.get_by_role("button", name="Start group").click()
    opened(maya)
    readers_of(maya, "2 tenants of 412 Alder St read this. They don’t see each other.")
    send(maya, "Water will be off Thursday.")
    expect(message(maya, "Water will be off")).to_be_visible()

    heard: list[str] = []
    address = maya.url
    priya = visit(dialogue.priya, "/messages", phone=True)
    priya.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda frame: heard.append(str(frame))),
    )
    priya.goto(address)
    opened(priya)
    other = opened(visit(marcus.user, address))
    expect(maya.get_by_text("Seen")).to_be_visible()
    expect(other.get_by_role("article").filter(has_text="Water")).to_be_visible()
    for words in ("Marcus", "2 tenants", "Read by"):
        assert words not in priya.content()
        assert not [frame for frame in heard if words in frame]
    assert not [frame for frame in heard if f'"user_id":{marcus.user_id}' in frame]
    assert_accessible(priya)

    # An answer begins with the announcement, in the reader's own conversation.
    quote = "> Water will be off Thursday.\n\n"
    priya.get_by_role("link", name="Answer").click()
    expect(field(priya)).to_have_value(quote)
    expect(field(priya)).to_be_focused()
    assert priya.url.endswith(dialogue.address)
    field(priya).press_sequentially("Until when?")
    priya.get_by_role("button", name="Send").click()
    expect(message(priya, "Until when?")).to_be_visible()
    maya.goto(dialogue.address)
    expect(message(maya, "Until when?")).to_contain_text("Water will be off Thursday.")

    # An untouched quote is no draft; what somebody had begun to write there is kept below it.
    for words, kept in ((None, quote), ("My own words", f"{quote}My own words")):
        other.get_by_role("link", name="Answer").click()
        expect(field(other)).to_have_value(quote)
        if words:
            field(other).fill(words)
        other.go_back()
        other.get_by_role("link", name="Answer").click()
        expect(field(other)).to_have_value(kept)
        other.go_back()


@pytest.mark.usefixtures("marcus")
def test_a_group_is_opened_on_a_phone_without_script(dialogue, visit, console):
    console.network_is_cut = True  # a form that comes back answers 422
    page = visit(dialogue.maya, "/messages?channel=tenants", phone=True, java_script_enabled=False)
    page.get_by_role("link", name="New group").locator("visible=true").click()
    page.get_by_role("button", name="Start group").click()
    expect(page.get_by_text("Pick at least two people.")).to_be_visible()
    for name in ("Priya Raman", "Marcus Feld"):
        page.get_by_role("checkbox", name=re.compile(name)).check()
    page.get_by_role("button", name="Start group").click()
    expect(page.locator("#thread-heading")).to_have_text("Marcus & Priya")
    expect(page.get_by_text("Read by Marcus, Priya and the team of Birch & Vine")).to_be_visible()
