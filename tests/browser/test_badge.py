"""The unread number: on every page, on every device, up when it comes and away when it is read."""

import re

from playwright.sync_api import expect

from models.database import transaction
from tests import factories
from tests.browser.conversation import assert_badge, is_live, message, opened, row, send


def test_number_rises_on_every_page_of_every_device(dialogue, visit):
    home = visit(dialogue.maya, "/")
    settings = visit(dialogue.maya, "/settings/profile")
    phone = visit(dialogue.maya, "/messages", phone=True)
    for page in (home, settings, phone):
        is_live(page)
        assert_badge(page, 0)
    priya = opened(visit(dialogue.priya, dialogue.address))
    for number in (1, 2):
        send(priya, f"Message {number}")
        for page in (home, settings, phone):
            assert_badge(page, number)
    expect(row(phone, "Priya Raman").locator("[data-count]")).to_have_text(re.compile("^2"))


def test_number_goes_everywhere_when_it_is_read_in_one_place(dialogue, visit):
    for number in range(3):
        dialogue.say(dialogue.priya, f"Message {number}")
    home = visit(dialogue.maya, "/")
    phone = visit(dialogue.maya, "/messages", phone=True)
    for page in (home, phone):
        assert_badge(page, 3)
        is_live(page)
    desktop = opened(visit(dialogue.maya, dialogue.address))
    for page in (home, phone, desktop):
        assert_badge(page, 0)
    expect(row(phone, "Priya Raman").locator("[data-count]")).to_be_hidden()
    expect(row(phone, "Priya Raman")).not_to_have_class(re.compile("unread"))


def test_reading_by_a_colleague_clears_nothing_of_mine(dialogue, visit):
    dialogue.say(dialogue.priya, "For both of you.")
    maya = visit(dialogue.maya, "/")
    is_live(maya)
    daniel = opened(visit(dialogue.office.admin, dialogue.address))
    assert_badge(daniel, 0)
    assert_badge(maya, 1)


def test_what_is_being_looked_at_does_not_count_up(dialogue, visit):
    maya = opened(visit(dialogue.maya, dialogue.address))
    maya.evaluate(
        """() => {
          window.counted = [];
          const look = () => {
            const shown = document.querySelectorAll('.count[data-badge]:not([hidden]), .unread');
            if (document.title.startsWith('(') || shown.length) window.counted.push(document.title);
            requestAnimationFrame(look);
          };
          look();
        }"""
    )
    told = []
    maya.on("requestfinished", lambda request: told.append(request.method))
    priya = opened(visit(dialogue.priya, dialogue.address))
    send(priya, "Are you there?")
    expect(message(priya, "Are you there?").locator(".receipt")).to_have_text(re.compile("^Seen"))
    send(priya, "I see you are.")
    expect(message(priya, "I see you are.").locator(".receipt")).to_have_text(re.compile("^Seen"))
    assert_badge(maya, 0)
    assert "PUT" in told
    assert maya.evaluate("() => window.counted") == []


def test_home_shows_the_new_conversation_by_itself(dialogue, visit):
    maya = visit(dialogue.maya, "/")
    is_live(maya)
    expect(maya.get_by_text("You're all caught up")).to_be_visible()
    priya = opened(visit(dialogue.priya, dialogue.address))
    send(priya, "The faucet drips.")
    expect(row(maya, "Priya Raman")).to_contain_text("The faucet drips.")


def test_channel_counts_what_its_rows_count(dialogue, visit):
    with transaction():
        tomasz = factories.contact(dialogue.office.account, "Tomasz Kowalczyk", "service_pro")
    maya = visit(dialogue.maya, "/messages?channel=service-pros")
    is_live(maya)
    tenants = maya.get_by_role("navigation", name="Channels").get_by_role("link", name="Tenants")
    expect(tenants).to_have_accessible_name("Tenants")
    priya = opened(visit(dialogue.priya, dialogue.address))
    send(priya, "Hello?")
    expect(tenants).to_have_accessible_name("Tenants 1 unread")
    factories.say(tomasz.user, factories.dialogue_of(tomasz), "On my way.")
    tenants.click()
    expect(row(maya, "Priya Raman")).to_be_visible()
    row(maya, "Priya Raman").click()
    opened(maya)
    expect(tenants).to_have_accessible_name("Tenants")


def test_beyond_ninety_nine_it_says_so(dialogue, visit):
    for number in range(105):
        dialogue.say(dialogue.priya, f"Message {number}")
    maya = visit(dialogue.maya, "/settings/profile")
    link = maya.get_by_role("navigation", name="Main").get_by_role("link", name="Messages")
    expect(link.locator("[data-badge]")).to_have_text("99+")
    expect(maya).to_have_title(re.compile(r"^\(99\+\) "))
