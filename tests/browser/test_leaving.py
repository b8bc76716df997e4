"""Who leaves a device leaves nothing on it: with signal and without, by own hand and from afar."""

import re

import pytest
from playwright.sync_api import Page, expect

from models import clock
from models import session as sessions
from models.database import transaction
from models.session import Session
from tests import factories
from tests.browser.conftest import PASSWORD
from tests.browser.conversation import (
    field,
    is_cut_off,
    is_live,
    log,
    message,
    opened,
    row,
    wait_until,
)
from tests.browser.test_offline import has_worker, is_dropped, is_saved, thread_of

LEFT_BEHIND = """async (user) => {
  const named = (name) => new RegExp(`^hallway-(?:.*-of-)?${user}$`).test(name);
  const databases = (await indexedDB.databases()).map(({ name }) => name);
  return [...Object.keys(localStorage), ...(await caches.keys()), ...databases].filter(named);
}"""


@pytest.fixture
def phone(dialogue, visit, console):
    """Maya's phone with a conversation open and saved, and a draft begun in it."""
    dialogue.say(dialogue.priya, "A secret.")
    console.network_is_cut = True  # a session that is over is answered with 401
    page = has_worker(visit(dialogue.maya, "/messages?channel=tenants", phone=True))
    row(page, "Priya Raman").tap()
    opened(page)
    field(page).fill("Not finished yet")
    is_saved(page, thread_of(dialogue))
    wait_until(
        page,
        f"async (user) => (await ({LEFT_BEHIND})(user)).length > 2",
        str(dialogue.maya.id),
    )
    return page


def sign_out(page: Page) -> None:
    page.get_by_role("link", name="Back to conversations").tap()
    page.get_by_role("button", name="More").tap()
    page.get_by_role("button", name="Sign out").tap()


def nothing_is_left(page: Page, user) -> None:
    wait_until(page, f"async (user) => !(await ({LEFT_BEHIND})(user)).length", str(user.id))


def sessions_of(user) -> int:
    return Session.select().where(Session.user == user.id).count()


def sign_in(page: Page, user) -> None:
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_who_signs_out_leaves_nothing_also_not_behind_the_back_button(dialogue, phone):
    sign_out(phone)
    expect(phone).to_have_url(re.compile(r"/sign-in$"))
    nothing_is_left(phone, dialogue.maya)
    assert sessions_of(dialogue.maya) == 0
    phone.go_back()
    expect(phone.get_by_label("Email")).to_be_visible()
    expect(phone.get_by_text("A secret.")).to_have_count(0)
    phone.context.set_offline(True)
    phone.goto(dialogue.address)
    expect(phone.get_by_text("You're offline, and signed out")).to_be_visible()
    expect(phone.get_by_text("A secret.")).to_have_count(0)


def test_without_signal_too_and_the_session_does_not_come_back(dialogue, phone, house):
    other_tab = phone.context.new_page()
    other_tab.goto(dialogue.address)
    expect(message(opened(other_tab), "A secret.")).to_be_visible()
    phone.context.set_offline(True)
    is_cut_off(phone)
    sign_out(phone)
    for page in (phone, other_tab):
        expect(page.get_by_text("You're offline, and signed out")).to_be_visible()
        expect(page.get_by_text("A secret.")).to_have_count(0)
    nothing_is_left(phone, dialogue.maya)
    phone.go_back()
    expect(phone.get_by_text("You're offline, and signed out")).to_be_visible()
    phone.context.set_offline(False)
    expect(phone).to_have_url(re.compile(r"/sign-in\?next="))  # by itself
    assert sessions_of(dialogue.maya) == 0
    # The next person begins with nothing of hers, and without signal sees what is theirs alone.
    sign_in(phone, dialogue.office.admin)
    expect(message(opened(phone), "A secret.")).to_be_visible()
    expect(field(phone)).to_have_value("")


def test_a_note_of_leaving_outlasts_its_cookie(dialogue, phone):
    """Safari keeps what scripts write into cookies for 7 days, and not a day longer."""
    phone.context.set_offline(True)
    is_cut_off(phone)
    sign_out(phone)
    expect(phone.get_by_text("You're offline, and signed out")).to_be_visible()
    phone.goto("about:blank")
    phone.context.clear_cookies(name="hallway_whose")
    phone.context.set_offline(False)
    phone.goto(dialogue.address)
    expect(phone).to_have_url(re.compile(r"/sign-in\?next="))
    assert sessions_of(dialogue.maya) == 0
    # Told once: who signs in stays.
    sign_in(phone, dialogue.maya)
    expect(message(opened(phone), "A secret.")).to_be_visible()
    phone.reload()
    expect(message(opened(phone), "A secret.")).to_be_visible()
    assert sessions_of(dialogue.maya) == 1


def test_the_next_person_never_sees_pages_of_the_first(dialogue, phone):
    with transaction():
        sofia = factories.contact(dialogue.office.account, "Sofia Castellano")
    sofia.user.email, sofia.user.password_hash = "s@people.example", dialogue.maya.password_hash
    sofia.user.save()
    # Somebody signs in over her, past the page.
    phone.goto("about:blank")
    form = {"email": sofia.user.email, "password": PASSWORD}
    assert phone.context.request.post("/sign-in", form=form).ok
    phone.goto(dialogue.address)
    expect(phone.get_by_text("This door doesn't open")).to_be_visible()
    phone.goto("/messages")
    is_live(phone)
    expect(row(phone, "Priya Raman")).to_have_count(0)
    phone.context.set_offline(True)
    phone.goto(dialogue.address)
    expect(phone.get_by_text("A secret.")).to_have_count(0)
    phone.goto("/messages")
    expect(row(phone, "Priya Raman")).to_have_count(0)
    phone.goto("about:blank")
    phone.context.set_offline(False)
    # Hers is locked, and there again for her alone.
    form = {"email": dialogue.maya.email, "password": PASSWORD}
    assert phone.context.request.post("/sign-in", form=form).ok
    phone.goto(dialogue.address)
    expect(field(opened(phone))).to_have_value("Not finished yet")


def test_signed_out_from_afar_everything_goes_at_the_next_contact(dialogue, phone):
    phone.goto("about:blank")
    sessions.end_all(dialogue.maya)
    phone.goto(dialogue.address)
    expect(phone).to_have_url(re.compile(r"/sign-in\?next="))
    expect(phone.get_by_text("what it kept for you was removed")).to_be_visible()
    nothing_is_left(phone, dialogue.maya)
    sign_in(phone, dialogue.maya)
    expect(field(opened(phone))).to_have_value("")


def test_a_session_that_expires_keeps_the_draft_for_the_same_person(dialogue, phone):
    phone.goto("about:blank")
    Session.update(last_used_at=clock.now() - 61 * clock.DAY).where(
        Session.user == dialogue.maya.id
    ).execute()
    phone.goto(dialogue.address)
    expect(phone).to_have_url(re.compile(r"/sign-in\?next="))
    expect(phone.get_by_text("your draft is still here")).to_be_visible()
    is_dropped(phone, thread_of(dialogue))
    phone.context.set_offline(True)
    phone.goto(dialogue.address)
    expect(log(phone)).to_have_count(0)
    phone.context.set_offline(False)
    expect(phone).to_have_url(re.compile(r"/sign-in\?next="))  # by itself
    sign_in(phone, dialogue.maya)
    expect(field(opened(phone))).to_have_value("Not finished yet")
