"""The whole story: a landlord opens an account, invites a tenant, and they write to each other.

Only through pages and mails, as two people would, the landlord at a desk and the tenant on a
phone; every page on the way is held against axe.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import assert_accessible
from tests.browser.conftest import DESKTOP, PATIENCE_MS, PHONE, Console
from tests.browser.conversation import assert_badge, field, message, opened, row, send
from tests.mailbox import parsed
from tests.servers import HallwayServer

LANDLORD = "nora@larch.example"
TENANT = "theo.okonkwo@larch.example"
PASSWORD = "a long enough password"


@pytest.fixture
def newcomer(
    browser: Browser, house: HallwayServer, console: Console
) -> Iterator[Callable[..., Page]]:
    """`newcomer(**PHONE)`: a browser in which nobody has signed in."""
    contexts = []

    def newcomer(**settings: Any) -> Page:
        context = browser.new_context(**settings, base_url=house.url)
        contexts.append(context)
        page = context.new_page()
        console.listen(page)
        return page

    yield newcomer
    for context in contexts:
        context.close()


def mailed_path(page: Page, house: HallwayServer, to: str) -> str:
    """The path in the newest mail to an address, once it lies in the outbox folder."""
    for _ in range(PATIENCE_MS // 100):
        for path in sorted(Path(house.instance, "outbox").glob("*.eml"), reverse=True):
            mail = parsed(path.read_bytes())
            if mail.to == to:
                return mail.path
        page.wait_for_timeout(100)
    raise AssertionError(f"No mail to {to}.")


def test_from_sign_up_to_a_message_received_live(newcomer, house, console):
    nora = newcomer(**DESKTOP)
    nora.goto("/sign-up")
    assert_accessible(nora)
    nora.get_by_label("Your name").fill("Nora Larch")
    nora.get_by_label("Email").fill(LANDLORD)
    nora.get_by_label("Account name").fill("Larch & Sons")
    nora.get_by_role("button", name="Open an account").click()
    expect(nora.get_by_role("heading", name="Check your email")).to_be_visible()
    assert_accessible(nora)

    nora.goto(mailed_path(nora, house, LANDLORD))
    assert_accessible(nora)
    nora.locator("[name=password]").fill(PASSWORD)
    nora.get_by_role("button", name="Open account").click()
    expect(nora.get_by_role("heading", name=re.compile("^Good .*Nora"))).to_be_visible()
    assert_accessible(nora)

    nora.goto("/properties")
    nora.get_by_role("link", name="Add property").first.click()
    dialog = nora.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("19 Larch Ct")
    dialog.get_by_label("Units").fill("Unit A\nUnit B")
    assert_accessible(nora)
    dialog.get_by_role("button", name="Add property").click()
    expect(nora.get_by_text("Unit B")).to_be_visible()
    assert_accessible(nora)

    nora.goto("/contacts")
    nora.get_by_role("link", name="Invite", exact=True).click()
    dialog = nora.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Theo Okonkwo")
    dialog.get_by_label("Unit").select_option(label="19 Larch Ct, Unit B")
    dialog.get_by_label("Email").fill("theo.ok@postbox")
    dialog.get_by_role("button", name="Send connection").click()
    expect(dialog.get_by_text("That address looks incomplete.")).to_be_visible()
    expect(dialog.get_by_label("Name")).to_have_value("Theo Okonkwo")
    assert_accessible(nora)
    dialog.get_by_label("Email").fill(TENANT)
    dialog.get_by_role("button", name="Send connection").click()
    expect(nora.locator(".chip", has_text="Invited")).to_be_visible()
    assert_accessible(nora)
    nora.goto("/messages?channel=tenants")
    expect(nora.get_by_text("No conversations yet")).to_be_visible()

    theo = newcomer(**PHONE)
    theo.goto(mailed_path(theo, house, TENANT))
    expect(theo.get_by_role("heading", name="Larch & Sons invited you to Hallway")).to_be_visible()
    assert_accessible(theo)
    theo.locator("[name=password]").fill("short")
    theo.get_by_role("button", name="Accept invitation").tap()
    expect(theo.get_by_text("Use at least 10 characters.")).to_be_visible()
    theo.locator("[name=password]").fill(PASSWORD)
    theo.get_by_role("button", name="Accept invitation").tap()
    opened(theo)
    assert_accessible(theo)

    row(nora, "Theo Okonkwo").click()
    opened(nora)
    assert_accessible(nora)
    send(nora, "Welcome, Theo. The bins go out on Thursday.")
    expect(message(theo, "The bins go out")).to_be_visible()
    nora.goto("/")
    field(theo).fill("Thank you! Is there a key for the bike room?")
    theo.get_by_role("button", name="Send", exact=True).tap()
    assert_badge(nora, 1)
    expect(row(nora, "Theo Okonkwo")).to_contain_text("bike room")

    nora.get_by_role("link", name="Messages, 1 unread").first.click()
    row(nora, "Theo Okonkwo").click()
    expect(message(nora, "bike room")).to_be_visible()
    assert_badge(nora, 0)
    expect(theo.get_by_text(re.compile("^Seen"))).to_be_visible()
    # Two forms were refused on purpose; Chromium itself says so.
    console.lines = [line for line in console.lines if "422" not in line]
