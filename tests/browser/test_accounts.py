"""The mode is switched while others look, and somebody on two teams chooses an account."""

import re

import pytest
from playwright.sync_api import Page, expect

from models.connection import OWNER, SERVICE_PRO
from models.user import User
from tests import factories
from tests.browser.axe import assert_accessible
from tests.browser.conftest import Dialogue
from tests.browser.conversation import assert_badge, field, is_live, message, opened, row


@pytest.fixture
def signs_in(password_hash: str):
    """Lets somebody of the factories sign in."""

    def signs_in(user: User) -> User:
        user.email, user.password_hash = f"{user.id}@people.example", password_hash
        user.save()
        return user

    return signs_in


def switch_to(page: Page, mode: str, owners: str) -> None:
    """Choose a mode in the settings, and confirm what the dialog says."""
    page.get_by_role("radio", name=mode).check()
    page.get_by_role("button", name="Switch mode").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(owners)
    assert_accessible(page)
    dialog.get_by_role("button", name="Switch to").click()
    expect(page.get_by_text(f"is in {mode}.")).to_be_visible()


def test_the_mode_is_switched_while_an_owner_and_a_sub_admin_look(
    visit, dialogue: Dialogue, signs_in, console
):
    console.network_is_cut = True  # Chromium says of each 404 that there was one
    helen = factories.contact(dialogue.office.account, "Helen Archer", OWNER)
    thread = factories.dialogue_of(helen)
    factories.say(helen.user, thread, "When is the roof done?")
    owner = opened(visit(signs_in(helen.user), f"/threads/{thread.id}", phone=True))
    maya = opened(visit(dialogue.maya, f"/threads/{thread.id}"))
    admin = visit(dialogue.office.admin, "/settings/account")
    assert_accessible(admin)
    expect(maya.get_by_role("link", name=re.compile("^Owners"))).to_be_visible()
    field(owner).fill("A word I am just")

    switch_to(admin, "Landlord mode", "1 owner and their conversation are hidden")
    expect(owner.get_by_text("takes no messages from owners now")).to_be_visible()
    expect(message(owner, "When is the roof done?")).to_be_visible()
    expect(field(owner)).to_have_count(0)
    expect(maya.get_by_text("That conversation is not open to you any more.")).to_be_visible()
    expect(maya.get_by_text("When is the roof done?")).to_have_count(0)
    expect(row(maya, "Priya Raman")).to_be_visible()
    expect(maya.get_by_role("link", name=re.compile("^Owners"))).to_have_count(0)
    expect(maya.locator(".app-header .chip")).to_have_text("Landlord")

    switch_to(admin, "Property Manager mode", "1 owner and their conversation come back")
    expect(field(owner)).to_have_value("A word I am just")
    maya.get_by_role("link", name=re.compile("^Owners")).click()
    row(maya, "Helen Archer").click()
    opened(maya)
    field(owner).fill("Thank you.")
    owner.get_by_role("button", name="Send", exact=True).tap()
    expect(message(maya, "Thank you.")).to_be_visible()


def test_a_closed_account_is_read_on_and_nobody_writes(visit, dialogue: Dialogue, console):
    console.network_is_cut = True  # Chromium says of each 404 and 422 that there was one
    dialogue.say(dialogue.priya, "The tap drips.")
    priya = opened(visit(dialogue.priya, dialogue.address, phone=True))
    maya = opened(visit(dialogue.maya, dialogue.address))
    admin = visit(dialogue.office.admin, "/settings/account")
    admin.get_by_role("link", name="Close account").click()
    dialog = admin.get_by_role("dialog")
    dialog.get_by_label("Type Birch").fill("birch & vine")
    dialog.get_by_role("textbox", name="Your password").fill("wrong")
    assert_accessible(admin)
    dialog.get_by_role("button", name="Close account").click()
    expect(dialog.get_by_text("That is not your password.")).to_be_visible()
    dialog.get_by_role("textbox", name="Your password").fill("correct horse battery")
    dialog.get_by_role("button", name="Close account").click()
    expect(admin.locator(".settings-title .chip")).to_have_text("Closed")
    expect(priya.get_by_text("is closed. You can still read")).to_be_visible()
    expect(message(priya, "The tap drips.")).to_be_visible()
    expect(maya.get_by_text("The tap drips.")).to_have_count(0)


@pytest.mark.parametrize("phone", [False, True])
def test_who_is_on_two_teams_chooses_which_one_is_shown(visit, dialogue: Dialogue, *, phone: bool):
    harbor = factories.office("Harbor Homes")
    factories.member(harbor.account, user=dialogue.maya)
    omar = factories.contact(harbor.account, "Omar Haddad", home=harbor.unit)
    factories.say(omar.user, factories.dialogue_of(omar), "Is the pier open?")
    dialogue.say(dialogue.priya, "The tap drips.")
    page = visit(dialogue.maya, "/messages?channel=tenants", phone=phone)
    other = visit(dialogue.maya, "/messages?channel=tenants")
    tab = page.context.new_page()
    tab.goto("/messages?channel=tenants")
    for one in (page, tab, other):
        is_live(one)
        expect(row(one, "Priya Raman")).to_be_visible()
    assert_badge(other, 2)

    opens = page.get_by_role("button", name="More" if phone else "choose an account")
    opens.click()
    menu = page.locator("#account-menu" if phone else "#accounts-menu")
    expect(menu.get_by_role("button", name="Harbor Homes")).to_contain_text("1")
    assert_accessible(page)
    menu.get_by_role("button", name="Harbor Homes").click()
    page.wait_for_url("**/messages")
    for one in (page, tab):
        expect(row(one, "Omar Haddad")).to_be_visible()
        expect(row(one, "Priya Raman")).to_have_count(0)
    expect(row(other, "Priya Raman")).to_be_visible()
    if not phone:
        expect(page.locator(".account-name")).to_have_text("Harbor Homes")

    # As out of a mail: the conversation brings its account with it, into the other tab too.
    page.goto(dialogue.address)
    opened(page)
    page.goto("/messages?channel=tenants")
    expect(row(page, "Priya Raman")).to_be_visible()
    expect(row(page, "Omar Haddad")).to_have_count(0)


def test_a_pro_of_two_accounts_has_one_inbox_and_nothing_crosses(
    visit, dialogue: Dialogue, signs_in, console
):
    console.network_is_cut = True  # Chromium says of the 404 that there was one
    harbor = factories.office("Harbor Homes")
    one = factories.contact(dialogue.office.account, "Tomasz Kowalczyk", SERVICE_PRO)
    other = factories.contact(harbor.account, role=SERVICE_PRO, user=one.user)
    here, there = factories.dialogue_of(one), factories.dialogue_of(other)
    factories.say(dialogue.maya, here, "The tap drips.")
    factories.say(harbor.admin, there, "The boiler is cold.")
    tomasz = visit(signs_in(one.user), "/messages", phone=True)
    is_live(tomasz)
    expect(tomasz.get_by_role("link", name="Messages, 2 unread").first).to_be_visible()
    expect(row(tomasz, "Birch & Vine")).to_contain_text("The tap drips.")
    expect(row(tomasz, "Harbor Homes")).to_contain_text("The boiler is cold.")
    maya = visit(dialogue.maya, f"/threads/{there.id}")
    expect(maya.get_by_text("The boiler is cold.")).to_have_count(0)
    expect(maya.get_by_role("heading", name="This door doesn't open")).to_be_visible()
    row(tomasz, "Birch & Vine").click()
    field(opened(tomasz)).fill("I come at ten.")
    tomasz.get_by_role("button", name="Send").click()
    maya.goto(f"/threads/{here.id}")
    expect(message(opened(maya), "I come at ten.")).to_be_visible()
