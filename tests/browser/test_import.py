"""Importing contacts in a browser: file, choices, preview and report, on a desk and on a phone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from models.connection import INVITED, NOT_CONNECTED, Connection
from tests.browser.axe import assert_accessible
from tests.browser.conftest import Dialogue

LINES = """Role,Name,Email,Property,Unit,From
Tenant,Theo Okonkwo,theo@okonkwo.example,88 Quay Rd,9,3/4/2026
Tenant,Hanna Lindholm,hanna@lindholm,,,
Service pro,Tomasz Kowalczyk,,,,
Tenant,Priya,{priya},,,
"""


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_a_list_is_looked_at_and_imported(
    dialogue: Dialogue, visit: Callable[..., Page], tmp_path: Path, phone: bool
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(LINES.format(priya=dialogue.tie.email))
    page = visit(dialogue.maya, "/contacts", phone=phone)
    page.get_by_role("link", name="Import CSV").click()
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Preview").click()

    row = page.get_by_role("row")
    expect(row.filter(has_text="Theo")).to_contain_text("You have no property called “88 Quay Rd”.")
    expect(row.filter(has_text="Hanna")).to_contain_text("That address looks incomplete.")
    expect(page.get_by_text("1 contact will be added, 1 is there already")).to_be_visible()
    page.get_by_label("Add properties and units that are missing").check()
    expect(row.filter(has_text="Theo")).to_contain_text("New property and unit")
    page.get_by_label("Days like 03/04/2026 are").select_option("March 4")
    expect(row.filter(has_text="Theo")).to_contain_text("From Mar 4, 2026")
    expect(page.get_by_text("2 contacts will be added")).to_be_visible()
    assert_accessible(page)
    wide = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0

    page.get_by_label("Leave out the 1 line with a fault").check()
    page.get_by_label("Send connection to the 1 with an email").check()
    page.get_by_role("button", name="Import 2 contacts").dblclick()
    expect(page.get_by_role("heading", name="2 contacts were added")).to_be_visible()
    expect(row.filter(has_text="Hanna")).to_contain_text("Left out")
    expect(page.get_by_text("1 invitation is on the way.")).to_be_visible()
    assert_accessible(page)
    people = Connection.select().where(Connection.account == dialogue.office.account)
    states = {one.name: one.state for one in people}
    assert states["Theo Okonkwo"] == INVITED
    assert states["Tomasz Kowalczyk"] == NOT_CONNECTED
    assert len(states) == people.count() == 5

    page.go_back()
    expect(page.get_by_role("heading", name="2 contacts were added")).to_be_visible()


def test_without_script_it_is_all_there(
    dialogue: Dialogue, visit: Callable[..., Page], tmp_path: Path
) -> None:
    page = visit(dialogue.maya, "/contacts/import", java_script_enabled=False)
    page.get_by_text("Paste the lines instead").click()
    page.get_by_label("Lines, with the headings on top").fill("Name;Unit\nGrace;New 1\n")
    page.get_by_role("button", name="Preview").click()
    page.get_by_label("Add properties and units that are missing").check()
    page.get_by_role("button", name="Look again").click()
    page.get_by_role("button", name="Import 1 contact").click()
    expect(page.get_by_role("heading", name="1 contact was added")).to_be_visible()
