"""The team's side of a request: two members and a service pro, each at a screen of their own."""

import re
from uuid import uuid4

from playwright.sync_api import Locator, Page, expect

from tests import factories
from tests.browser.axe import assert_accessible
from tests.browser.conftest import let_sign_in


def submit(page: Page, home: int, title: str, category: str = "plumbing") -> None:
    form = {"client_id": str(uuid4()), "title": title, "home": f"unit:{home}", "category": category}
    assert page.request.post("/maintenance", form=form).ok


def row(page: Page, title: str) -> Locator:
    return page.get_by_role("row").filter(has_text=title)


def toast(page: Page, words: str) -> Locator:
    return page.locator(".toast").filter(has_text=words)


def set_status(page: Page, status: str) -> None:
    page.get_by_role("button", name=re.compile("^Status:")).click()
    page.get_by_role("dialog", name="Status").get_by_role("button", name=status).click()


def status_of(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile("^Status:"))


def test_from_the_list_to_a_shared_request_that_two_change_at_once(
    dialogue, tomasz, visit, console, password_hash
):
    console.network_is_cut = True  # a refusal of the server is said in the console, too
    daniel = factories.member(dialogue.office.account, "Daniel Reyes")
    let_sign_in(daniel, password_hash)
    home = dialogue.office.unit.id
    priya, pro = (
        visit(dialogue.priya, "/maintenance"),
        visit(tomasz.user, "/maintenance", phone=True),
    )
    maya = visit(dialogue.maya, "/maintenance")
    expect(maya.get_by_role("heading", name="No open requests")).to_be_visible()
    expect(pro.get_by_role("heading", name="No jobs right now")).to_be_visible()

    # What a tenant submits stands in the list of the team at once, and counts.
    submit(priya, home, "Kitchen faucet leaking")
    expect(row(maya, "Kitchen faucet leaking")).to_contain_text("Waiting for an answer")
    submit(priya, home, "Door sticks", "locks")
    expect(maya.get_by_role("link", name="Maintenance, 2 open")).to_be_visible()
    expect(row(priya, "Door sticks")).to_be_visible()
    assert_accessible(maya)
    maya.get_by_role("searchbox", name="Search requests").press_sequentially("fau")
    expect(row(maya, "Door sticks")).to_have_count(0)
    maya.get_by_role("link", name="Kitchen faucet leaking", exact=True).click()
    expect(maya.get_by_role("heading", level=1)).to_have_text("Kitchen faucet leaking")

    # A status is set from its menu by the keyboard alone, and taken back.
    status_of(maya).press("Enter")
    present = maya.get_by_role("dialog", name="Status").get_by_role("button", name="New")
    expect(present).to_be_focused()
    present.press("Enter")
    expect(present).to_be_hidden()
    status_of(maya).press("Enter")
    expect(present).to_be_focused()
    maya.keyboard.press("ArrowDown")
    maya.keyboard.press("Enter")
    expect(status_of(maya)).to_have_accessible_name("Status: In progress. Change")
    toast(maya, "Status changed to In progress.").get_by_role("button", name="Undo").click()
    expect(status_of(maya)).to_have_accessible_name("Status: New. Change")

    # Shared with who is found by a few letters: it appears on their side by itself.
    maya.get_by_role("link", name="Share").click()
    dialog = maya.get_by_role("dialog", name="Share this request")
    people = dialog.get_by_role("combobox", name="Add people")
    expect(people).to_be_focused()
    people.press_sequentially("nobody")
    expect(dialog.get_by_text("Nobody by that name.")).to_be_visible()
    people.fill("kowal")
    assert_accessible(maya)
    people.press("Enter")
    expect(dialog.get_by_text("Everyone here will see that Tomasz joined.")).to_be_visible()
    dialog.get_by_role("radio", name=re.compile("Include earlier")).check()
    dialog.get_by_role("button", name="Share with Tomasz").click()
    expect(dialog).to_have_count(0)
    expect(toast(maya, "Shared with Tomasz.")).to_be_visible()
    expect(maya.locator(".details-people").get_by_text("Tomasz Kowalczyk")).to_be_visible()
    expect(row(pro, "Kitchen faucet leaking")).to_be_visible()
    assert_accessible(pro)

    # Two act at once: nobody is overwritten, who was slower is told and shown.
    other = visit(daniel, maya.url, phone=True)
    status_of(other).click()
    set_status(maya, "Resolved")
    expect(status_of(maya)).to_have_accessible_name("Status: Resolved. Change")
    expect(toast(maya, "Request marked resolved.")).to_be_visible()
    other.get_by_role("dialog", name="Status").get_by_role("button", name="Deferred").click()
    told = toast(other, "Maya just changed this to Resolved.")
    expect(told).to_be_visible()
    expect(status_of(other)).to_have_accessible_name("Status: Resolved. Change")
    told.get_by_role("link", name="Show").click()
    expect(other.get_by_role("heading", name="Timeline")).to_be_in_viewport()
    assert_accessible(other)

    # What is done is put away by the team; the pro's job is done.
    expect(pro.get_by_role("heading", name="No jobs right now")).to_be_visible()
    maya.get_by_label("More", exact=True).click()
    maya.get_by_role("button", name="Archive").click()
    expect(other.get_by_text("Archived. It is listed under All.")).to_be_visible()
    toast(maya, "Request archived.").get_by_role("button", name="Undo").click()
    expect(other.get_by_text("Archived. It is listed under All.")).to_have_count(0)
    expect(maya.get_by_role("link", name="Maintenance, 1 open")).to_be_visible()
