"""A request written on a phone: its photos go while one writes, and nothing of it is lost."""

import re
from contextlib import suppress

import pytest
from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as TooLate

from models.maintenance import MaintenanceRequest
from models.requests.view import RequestView
from tests.browser.axe import assert_accessible
from tests.browser.conftest import Dialogue
from tests.browser.conversation import is_cut_off, is_live, title, wait_until
from tests.browser.devices import ON_DEVICE, Line, requests_of
from tests.browser.test_files import film, given, photo
from tests.browser.test_offline import has_worker, is_saved

FORM = "/maintenance/new"
IS_DRAFT_WITH_PEOPLE = f"""async (title) => {{
  {ON_DEVICE}
  const rows = await onDevice("drafts");
  return rows.some(({{ fields }}) => fields.title === title && fields.people?.length);
}}"""
WAITING = "Waiting for connection"


def shots(page: Page) -> Locator:
    return page.get_by_role("list", name="Files to send").get_by_role("listitem")


def add(page: Page, *files: dict[str, object], button: str = "Take a photo") -> None:
    with page.expect_file_chooser() as chosen:
        page.get_by_role("button", name=button).tap()
    chosen.value.set_files(list(files))


def submit(page: Page) -> None:
    page.get_by_role("button", name="Send to Birch & Vine").tap()


def delete(request: Locator) -> None:
    """Delete one that waits, again where it was just being tried to send it."""
    for _ in range(20):
        if not request.count():
            return
        with suppress(TooLate):
            request.get_by_role("button", name="Delete").tap(timeout=1_000)


def waiting(page: Page) -> Locator:
    return page.locator(".waiting-request")


@pytest.fixture
def priya(dialogue: Dialogue, visit) -> Page:
    page = visit(dialogue.priya, FORM, phone=True)
    is_live(page)
    return page


def test_photos_go_while_one_writes_and_what_is_written_survives_everything(
    dialogue, priya, console
):
    console.network_is_cut = True
    line = Line(priya.context)
    line.fate, line.at = "held", ("PUT",)
    title(priya).fill("Kitchen faucet leaking")
    priya.get_by_role("radio", name="Plumbing").tap()
    add(priya, photo("tap.jpg"))
    add(
        priya,
        photo("sink.jpg"),
        given("drip.mp4", film("mp4", "mpeg4", 1), "video/mp4"),
        button="Choose photos",
    )
    expect(shots(priya)).to_have_count(3)
    expect(shots(priya).first.get_by_role("progressbar")).to_be_visible()
    assert_accessible(priya)
    # One that is not wanted is stopped, one that broke is tried again, and sent once.
    shots(priya).nth(1).get_by_role("button", name="Remove sink.jpg").tap()
    expect(shots(priya)).to_have_count(2)
    line.cut()
    line.fate = "lost"
    priya.evaluate("() => { dispatchEvent(new Event('online')); }")
    line.wait_for("PUT lost", 2, priya)
    expect(shots(priya).filter(has_text=WAITING)).to_have_count(2)
    line.mend(priya)
    expect(shots(priya).and_(priya.locator("[data-state=done]"))).to_have_count(2)
    assert line.sent.count("PUT through") == 0

    priya.get_by_label("Tell us more").fill("Once a second.")
    priya.get_by_label("Okay to enter").check()
    priya.get_by_role("link", name="Cancel").tap()
    priya.wait_for_url(re.compile("/maintenance$"))
    priya.goto(FORM)
    expect(title(priya)).to_have_value("Kitchen faucet leaking")
    expect(priya.get_by_role("radio", name="Plumbing")).to_be_checked()
    expect(priya.get_by_label("Tell us more")).to_have_value("Once a second.")
    expect(priya.get_by_label("Okay to enter")).to_be_checked()
    expect(shots(priya).and_(priya.locator("[data-state=done]"))).to_have_count(2)

    # A tab that is closed and opened again has it, too.
    context = priya.context
    priya.close()
    priya = context.new_page()
    console.listen(priya)
    priya.goto(FORM)
    expect(shots(priya)).to_have_count(2)
    submit(priya)
    expect(priya.get_by_role("heading", level=1)).to_have_text("Kitchen faucet leaking")
    assert requests_of(dialogue.priya) == [
        ("Kitchen faucet leaking", "Once a second.", "plumbing", ["tap.jpg", "drip.mp4"])
    ]
    priya.goto(FORM)
    is_live(priya)
    expect(title(priya)).to_have_value("")
    expect(shots(priya)).to_have_count(0)


def test_without_signal_it_waits_in_the_list_and_goes_once(dialogue, priya, console):
    console.network_is_cut = True
    line = Line(priya.context)
    line.fate = "cut"
    title(priya).fill("No heat in bedroom")
    add(priya, photo("cold.jpg"))
    submit(priya)
    expect(waiting(priya)).to_contain_text("No heat in bedroom")
    expect(waiting(priya)).to_contain_text(WAITING)
    expect(title(priya)).to_be_hidden()
    assert_accessible(priya)

    # It stands in the list, also after a while, and can be written on.
    priya.goto("/maintenance")
    expect(waiting(priya)).to_contain_text(WAITING)
    assert_accessible(priya)
    waiting(priya).get_by_role("button", name="Edit").tap()
    priya.wait_for_url(re.compile("/maintenance/new$"))
    expect(title(priya)).to_have_value("No heat in bedroom")
    expect(shots(priya)).to_have_count(1)
    title(priya).fill("No heat at all")
    submit(priya)
    expect(waiting(priya)).to_contain_text(WAITING)
    title_of_next = "Door sticks"
    priya.goto(FORM)
    title(priya).fill(title_of_next)
    submit(priya)
    expect(waiting(priya)).to_have_count(2)
    priya.goto("/maintenance")
    expect(waiting(priya)).to_have_count(2)
    delete(waiting(priya).filter(has_text=title_of_next))
    expect(waiting(priya)).to_have_count(1)

    # The server has it, and its answer is lost: it is still one.
    line.fate, line.at = "lost", ("POST",)
    priya.evaluate("() => { dispatchEvent(new Event('online')); }")
    line.wait_for("POST lost", 1, priya)
    expect(waiting(priya)).to_contain_text(WAITING)
    line.mend(priya)
    expect(waiting(priya)).to_have_count(0)
    expect(priya.get_by_role("row").filter(has_text="No heat at all")).to_be_visible()
    assert requests_of(dialogue.priya) == [("No heat at all", "", "other", ["cold.jpg"])]


def test_the_form_opens_without_signal_also_for_the_first_time(dialogue, visit, console):
    console.network_is_cut = True
    priya = visit(dialogue.priya, dialogue.address, phone=True)
    is_saved(has_worker(priya), FORM)
    priya.context.set_offline(True)
    is_cut_off(priya)
    priya.goto("/messages")
    priya.get_by_role("link", name="Requests", exact=True).tap()
    priya.get_by_role("link", name="New request").first.tap()
    title(priya).fill("It drips")
    submit(priya)
    expect(waiting(priya)).to_contain_text(WAITING)
    priya.context.set_offline(False)
    expect(priya.get_by_role("heading", level=1)).to_have_text("It drips")
    assert requests_of(dialogue.priya) == [("It drips", "", "other", [])]


def test_what_is_refused_says_why_by_its_field(dialogue, priya, console):
    console.network_is_cut = True  # the console says so when the server refuses
    submit(priya)
    expect(priya.get_by_text("Say what needs fixing.")).to_be_visible()
    expect(title(priya)).to_be_focused()
    title(priya).fill("Kitchen faucet leaking")
    priya.get_by_text("Good times, how to get in, pets").tap()
    first = priya.get_by_role("group", name="Time 1")
    first.get_by_label("Day").fill("2099-01-01")
    first.get_by_label("From").fill("09:00")
    first.get_by_label("Until").fill("11:00")
    submit(priya)
    expect(priya.get_by_text("Choose times within a year.")).to_be_visible()
    expect(title(priya)).to_have_value("Kitchen faucet leaking")
    expect(waiting(priya)).to_have_count(0)
    assert_accessible(priya)

    # Another refusal stays with the request, to be tried again, written on, or given up.
    first.get_by_label("Day").fill("")
    first.get_by_label("From").fill("")
    first.get_by_label("Until").fill("")
    line = Line(priya.context)
    line.fate = 403
    submit(priya)
    expect(waiting(priya)).to_contain_text("The server didn’t take it.")
    waiting(priya).get_by_role("button", name="Try again").tap()
    expect(waiting(priya)).to_contain_text("Not sent.")
    waiting(priya).get_by_role("button", name="Edit").tap()
    expect(title(priya)).to_have_value("Kitchen faucet leaking")
    priya.get_by_role("button", name="Start over").tap()
    expect(title(priya)).to_have_value("")
    priya.reload()
    is_live(priya)
    expect(title(priya)).to_have_value("")
    assert requests_of(dialogue.priya) == []


def test_a_draft_of_the_team_keeps_its_place_and_whom_it_is_shared_with(dialogue, visit, console):
    maya = visit(dialogue.maya, FORM)
    is_live(maya)
    maya.get_by_label("Where is it?").select_option(f"unit:{dialogue.office.unit.id}")
    title(maya).fill("Hall light flickers")
    maya.get_by_label("Priority").select_option("High")
    maya.get_by_role("checkbox", name=re.compile("Priya Raman")).check()
    wait_until(maya, IS_DRAFT_WITH_PEOPLE, "Hall light flickers")
    maya.reload()
    expect(title(maya)).to_have_value("Hall light flickers")
    expect(maya.get_by_label("Priority")).to_have_value("high")
    expect(maya.get_by_role("checkbox", name=re.compile("Priya Raman"))).to_be_checked()
    maya.get_by_role("button", name="Create request").click()
    expect(maya.get_by_role("heading", level=1)).to_have_text("Hall light flickers")
    [made] = MaintenanceRequest.select().where(MaintenanceRequest.creator == dialogue.maya.id)
    assert (made.priority, made.unit_id) == ("high", dialogue.office.unit.id)
    assert RequestView.load(dialogue.priya, made.id)
