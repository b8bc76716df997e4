"""The whole life of a request, from photo to Resolved: three people, each at their own screen."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from models import clock
from models.maintenance import MaintenanceRequest
from tests.browser.conversation import field, is_live, log, message, opened
from tests.browser.test_files import given, picture

TITLE = "Kitchen faucet leaking"
ROOMS = "/messages?channel=maintenance-requests"


def said(page: Page, words: str) -> Locator:
    """An event in the conversation."""
    return log(page).locator("[data-kind=event]").filter(has_text=words)


def say(page: Page, words: str) -> None:
    field(page).fill(words)
    page.get_by_role("button", name="Send", exact=True).click()


def act(page: Page, role: str, name: str) -> None:
    """Do something where the conversation shows it: beside the log, or under its head."""
    page.get_by_role(role, name=name, exact=True).and_(page.locator(":visible")).first.click()


@pytest.mark.parametrize(
    "on_phones", [True, False], ids=["office at its desk", "office on a phone"]
)
def test_from_the_photo_of_a_tenant_to_resolved(dialogue, tomasz, visit, on_phones):
    maya = visit(dialogue.maya, "/maintenance", phone=not on_phones)
    tom = visit(tomasz.user, ROOMS, phone=on_phones)
    priya = visit(dialogue.priya, "/maintenance/new", phone=on_phones)
    for page in (maya, tom, priya):
        is_live(page)

    # The tenant tells what is wrong, with a photo of it.
    priya.get_by_label("What needs fixing?").fill(TITLE)
    priya.get_by_role("radio", name="Plumbing").click()
    with priya.expect_file_chooser() as chosen:
        button = "Take a photo" if on_phones else "Add photos or a video"
        priya.get_by_role("button", name=button).click()
    chosen.value.set_files([given("tap.jpg", picture((800, 600)))])
    expect(priya.get_by_role("list", name="Files to send").get_by_text("tap.jpg")).to_be_attached()
    priya.get_by_role("button", name="Send to Birch & Vine").click()
    expect(priya.get_by_role("heading", level=1)).to_have_text(TITLE)
    priya.get_by_role("link", name="Open conversation").click()
    opened(priya)
    expect(said(priya, "submitted")).to_be_visible()

    # The office has it at once, and answers; the conversation is there by itself.
    maya.get_by_role("row").filter(has_text=TITLE).get_by_role(
        "link", name=TITLE, exact=True
    ).click()
    maya.get_by_role("img", name=re.compile("tap.jpg|Photo")).first.wait_for()
    maya.get_by_role("link", name="Open conversation").click()
    opened(maya)
    say(maya, "Thank you, somebody will come.")
    expect(message(priya, "somebody will come")).to_be_visible()

    # It is shared with a pro, on whose side it appears by itself, with what he is to see.
    expect(tom.locator("#rows").get_by_text(TITLE)).to_have_count(0)
    request = MaintenanceRequest.get(account=dialogue.office.account)
    maya.goto(f"/maintenance/{request.id}")
    is_live(maya)
    maya.get_by_role("link", name="Share").click()
    dialog = maya.get_by_role("dialog", name="Share this request")
    dialog.get_by_role("combobox", name="Add people").fill("kowal")
    dialog.get_by_role("combobox", name="Add people").press("Enter")
    dialog.get_by_role("radio", name=re.compile("Include earlier")).check()
    dialog.get_by_role("button", name="Share with Tomasz").click()
    expect(dialog).to_have_count(0)
    tom.locator("#rows").get_by_text(TITLE).click()
    opened(tom)
    expect(message(tom, "somebody will come")).to_be_visible()
    expect(said(priya, "Tomasz")).to_be_visible()

    # He says when he comes; the tenant agrees, and everybody knows.
    say(tom, "I can come tomorrow.")
    expect(message(priya, "I can come tomorrow.")).to_be_visible()
    if on_phones:
        tom.get_by_role("button", name="Details").click()
    act(tom, "link", "Plan a visit")
    form = tom.get_by_role("dialog")
    day = clock.to_datetime(clock.now() + 2 * clock.DAY).date().isoformat()
    form.get_by_label("Day").fill(day)
    form.get_by_label("From").fill("10:00")
    form.get_by_label("To", exact=True).fill("11:30")
    form.get_by_role("button", name=re.compile("Propose|Set visit")).click()
    expect(said(priya, "proposed a visit")).to_be_visible()
    act(priya, "button", "Accept")
    expect(said(tom, "Visit set for")).to_be_visible()

    # He repairs it, and says so where he stands.
    maya.goto(tom.url)
    opened(maya)
    if on_phones:
        tom.get_by_role("button", name="Close details").click()
        act(tom, "button", "Mark resolved")
    else:
        tom.get_by_role("button", name=re.compile("^Status:")).click()
        tom.get_by_role("dialog", name="Status").get_by_role("button", name="Resolved").click()
    for page in (maya, priya, tom):
        expect(said(page, "Status changed to Resolved by Tomasz")).to_be_visible()
    assert MaintenanceRequest.get_by_id(request.id).status == "resolved"
