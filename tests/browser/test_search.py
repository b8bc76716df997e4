"""The search bar under the keyboard and the finger, and while what may be seen changes."""

import re

import pytest
from playwright.sync_api import expect

from models.database import transaction
from tests import factories
from tests.browser.axe import assert_accessible
from tests.browser.conversation import field, is_live, message, opened, row


@pytest.fixture
def people(dialogue):
    """Priya; Marcus, a pro with words of his own; Camille, who left; Grace, who never joined."""
    account = dialogue.office.account
    with transaction():
        marcus = factories.contact(account, "Marcus Feld", "service_pro")
        factories.contact(account, "Camille Feldman", state="disconnected")
        factories.contact(account, "Grace Feldberg", state="not_connected")
    factories.say(marcus.user, factories.dialogue_of(marcus), "The boiler is in.")
    dialogue.say(dialogue.priya, "It drips again.")
    return dialogue


def search(page):
    return page.get_by_role("combobox", name="Search contacts and messages")


def options(page):
    return page.get_by_role("listbox", name="People and conversations").get_by_role("option")


def test_the_whole_way_by_keyboard(people, visit):
    maya = opened(visit(people.maya, people.address))
    maya.evaluate("() => { window.never = 'reloaded'; }")
    field(maya).press_sequentially("Half a sentence")
    field(maya).press("Control+k")
    expect(search(maya)).to_be_focused()
    expect(search(maya)).to_have_attribute("aria-expanded", "false")
    search(maya).press_sequentially("fled")  # two letters exchanged
    expect(options(maya)).to_have_text(
        [re.compile("Marcus"), re.compile("Camille"), "Send connection", re.compile("Grace")]
    )
    expect(search(maya)).to_have_attribute("aria-expanded", "true")
    expect(maya.locator("#search-status")).to_have_text("3 results")
    expect(row(maya, "Priya Raman")).not_to_be_visible()
    assert_accessible(maya)
    ids = options(maya).evaluate_all("(all) => all.map((one) => one.id)")
    for key, at in (
        ("", 0), ("ArrowDown", 1), ("ArrowDown", 2), ("End", 3), ("ArrowDown", 0),
        ("ArrowUp", 3), ("Home", 0),
    ):  # fmt: skip
        if key:
            search(maya).press(key)
        expect(search(maya)).to_have_attribute("aria-activedescendant", ids[at])
        expect(options(maya).nth(at)).to_have_attribute("aria-selected", "true")
    expect(maya.locator("[aria-selected=true]")).to_have_count(1)
    search(maya).press("Enter")
    expect(message(maya, "The boiler is in.")).to_be_visible()
    expect(field(maya)).to_be_focused()
    expect(row(maya, "Marcus Feld")).to_have_attribute("aria-current", "page")
    expect(search(maya)).to_have_value("")
    # Back brings the results back, and the conversation with what was being written.
    maya.go_back()
    expect(message(maya, "It drips again.")).to_be_visible()
    expect(options(maya)).to_have_count(4)
    expect(search(maya)).to_have_value("fled")
    expect(search(maya)).to_be_focused()
    search(maya).press("Escape")
    expect(search(maya)).to_have_value("")
    expect(options(maya)).to_have_count(0)
    expect(row(maya, "Priya Raman")).to_be_visible()
    expect(search(maya)).to_be_focused()
    search(maya).press("Escape")
    expect(search(maya)).not_to_be_focused()
    maya.keyboard.press("c")
    expect(search(maya)).to_be_focused()
    # Who is faster than the server opens what they meant.
    maya.keyboard.type("priya")
    maya.keyboard.press("Enter")
    expect(search(maya)).to_have_value("")
    expect(message(maya, "It drips again.")).to_be_visible()
    assert maya.evaluate("() => window.never") == "reloaded"


def test_who_has_not_joined_is_invited_in_place(people, visit):
    maya = visit(people.maya, "/messages")
    is_live(maya)
    maya.keyboard.press("/")
    search(maya).press_sequentially("grace")
    expect(options(maya)).to_have_count(1)
    search(maya).press("Enter")
    dialog = maya.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Invite Grace Feldberg")).to_be_visible()
    maya.keyboard.press("Escape")
    expect(search(maya)).to_be_focused()
    search(maya).fill("boiler 88")
    expect(maya.get_by_text("Nothing found for “boiler 88”")).to_be_visible()
    expect(maya.locator("#search-status")).to_have_text("Nothing found for boiler 88")
    assert_accessible(maya)
    maya.get_by_role("button", name="Clear search").click()
    expect(search(maya)).to_be_focused()
    expect(row(maya, "Priya Raman")).to_be_visible()


def test_results_follow_what_may_be_seen(people, visit, console):
    console.network_is_cut = True  # the channel that is listed is answered with 404
    maya = visit(people.maya, "/messages")
    is_live(maya)
    search(maya).press_sequentially("raman")
    expect(options(maya)).to_have_count(1)
    tie = factories.tie_of(people.maya, people.office.account)
    factories.set_right(tie, "tenants", 0)
    maya.evaluate("() => document.dispatchEvent(new CustomEvent('hallway:access', { detail: {} }))")
    expect(maya.get_by_text("Nothing found for “raman”")).to_be_visible()
    expect(search(maya)).to_have_value("raman")


def test_a_phone_finds_opens_and_comes_back(people, visit):
    maya = visit(people.maya, "/messages", phone=True)
    is_live(maya)
    maya.get_by_role("link", name="New message").tap()
    expect(search(maya)).to_be_focused()
    search(maya).press_sequentially("feld")
    expect(options(maya)).to_have_count(4)
    wide = maya.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
    small = maya.locator("#search a:visible, #search button:visible").evaluate_all(
        "(all) => all.filter((one) => one.getBoundingClientRect().height < 43.5).map((o) => o.id)"
    )
    assert small == []
    assert_accessible(maya)
    options(maya).first.tap()
    expect(message(maya, "The boiler is in.")).to_be_visible()
    maya.go_back()
    expect(options(maya)).to_have_count(4)
    expect(search(maya)).to_have_value("feld")


def test_the_page_of_its_own_works_with_and_without_script(people, visit):
    maya = visit(people.maya, "/contacts")
    is_live(maya)
    maya.keyboard.press("/")
    expect(maya).to_have_url(re.compile("/search$"))
    expect(search(maya)).to_be_focused()
    search(maya).press_sequentially("priya")
    expect(options(maya)).to_have_count(1)
    expect(maya).to_have_url(re.compile(r"/search\?q=priya$"))
    assert_accessible(maya)
    search(maya).press("Enter")
    expect(message(maya, "It drips again.")).to_be_visible()
    maya.go_back()
    expect(options(maya)).to_have_count(1)
    plain = visit(people.maya, "/messages", java_script_enabled=False)
    box = plain.get_by_role("searchbox", name="Search contacts and messages")
    box.fill("priya")
    box.press("Enter")
    plain.get_by_role("link", name="Priya Raman").click()
    expect(message(plain, "It drips again.")).to_be_visible()
