"""A request talked over by three people on three screens, not everything of it by all of them."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from models import clock
from models.maintenance import Visit
from models.requests.submitting import Wanted, submit
from models.thread import Thread
from tests.browser.axe import assert_accessible
from tests.browser.conftest import Dialogue
from tests.browser.conversation import (
    assert_in_order,
    beside_author,
    field,
    is_cut_off,
    is_live,
    log,
    message,
    opened,
    row,
    send,
)
from tests.browser.devices import write_at_once


def audience(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Who will see this")


def seen_by(page: Page) -> Locator:
    return page.locator("#audience-words > span:visible")


def card(page: Page) -> Locator:
    return page.get_by_role("region", name="Request", exact=True)


def assert_thumb_sized(part: Locator) -> None:
    box = part.bounding_box()
    assert min(box["width"], box["height"]) >= 44, part


@pytest.fixture
def thread(dialogue: Dialogue) -> Thread:
    """The conversation of a request of Priya's."""
    home = f"unit:{dialogue.office.unit.id}"
    wanted = Wanted(str(uuid4()), "Kitchen faucet leaking", home, category="plumbing")
    request, _ = submit(dialogue.priya, wanted)
    return Thread.get(Thread.request == request.id)


def test_what_two_tabs_begin_at_once_is_for_nobody_whom_one_of_them_leaves_out(
    dialogue, thread, visit, console
):
    one = opened(visit(dialogue.maya, f"/threads/{thread.id}"))
    two = one.context.new_page()
    console.listen(two)
    two.goto(f"/threads/{thread.id}")
    opened(two)
    write_at_once(
        (one, {"audience": "tenants", "message-field": "For her."}),
        (two, {"audience": "pros", "message-field": "For him."}),
    )
    for page in (one, two):
        expect(field(page)).to_have_value(re.compile("For h(im|er).\n\nFor h(im|er)."))
        expect(audience(page)).to_have_value("team")


def test_a_greeting_leaves_room_for_what_happened(dialogue, thread, tomasz, visit):
    priya = opened(visit(dialogue.priya, f"/threads/{thread.id}", phone=True))
    greeting = priya.locator(".hello")
    expect(greeting).to_contain_text("What is written here goes to everybody in this request.")
    maya = visit(dialogue.maya, f"/maintenance/{thread.request_id}")
    here = f"/maintenance/{thread.request_id}"
    assert maya.request.post(f"{here}/share", form={"people": str(tomasz.id)}).ok
    expect(log(priya).get_by_role("article")).to_have_count(2)
    expect(greeting).to_be_visible()
    assert maya.request.post(f"{here}/status", form={"status": "in_review", "was": "new"}).ok
    expect(log(priya).get_by_role("article")).to_have_count(3)
    expect(greeting).to_be_hidden()


def test_three_people_talk_and_each_reads_what_is_for_them(
    dialogue, tomasz, thread, visit, console
):
    console.network_is_cut = True
    address = f"/threads/{thread.id}"
    maya = opened(visit(dialogue.maya, address))
    priya = opened(visit(dialogue.priya, address, phone=True))

    # Who will see it is said, and follows who comes.
    admin = dialogue.office.admin.first_name
    expect(seen_by(maya)).to_have_text(f"Will be seen by Priya and {admin}")
    expect(seen_by(priya)).to_have_text("Will be seen by Birch & Vine")
    field(priya).fill("It drips.")
    priya.get_by_role("button", name="Send").tap()
    expect(message(maya, "It drips.")).to_be_visible()
    audience(maya).select_option("Team only")
    field(maya).fill("Half a thought")
    form = {"people": str(tomasz.id)}
    assert maya.request.post(f"/maintenance/{thread.request_id}/share", form=form).ok
    expect(seen_by(maya)).to_have_text(f"Will be seen by {admin}, not by Priya and Tomasz")
    expect(field(maya)).to_have_value("Half a thought")
    # Also right after a message: what happened came by itself, without one of its own.
    expect(log(priya).get_by_text("joined, added by")).to_be_visible()
    expect(seen_by(priya)).to_have_text("Will be seen by Tomasz and Birch & Vine")
    tom = visit(tomasz.user, "/messages?channel=maintenance-requests", phone=True)
    expect(row(tom, "Kitchen faucet leaking")).to_contain_text("New · Birch & Vine")
    row(tom, "Kitchen faucet leaking").click()
    opened(tom)
    expect(message(tom, "It drips.")).to_have_count(0)

    # A note of the team looks like one while it is written, survives a reload, and stays theirs.
    maya.reload()
    opened(maya)
    expect(field(maya)).to_have_value("Half a thought")
    expect(audience(maya)).to_have_value("team")
    expect(field(maya)).to_have_attribute("placeholder", "Note for your team")
    assert_accessible(maya)
    maya.context.set_offline(True)
    is_cut_off(maya)
    send(maya, "He is never in a hurry.")
    waiting = log(maya).locator(".pending", has_text="never in a hurry")
    expect(waiting).to_contain_text("Team only")
    maya.context.set_offline(False)
    is_live(maya)
    note = message(maya, "never in a hurry")
    expect(note).to_have_attribute("data-audience", "team")
    expect(note).to_contain_text("Team only")
    # What is begun after a note is a note, too, also after a reload.
    field(maya).fill("And he is dear.")
    maya.reload()
    opened(maya)
    expect(field(maya)).to_have_value("And he is dear.")
    expect(audience(maya)).to_have_value("team")

    # Whoever is mentioned and would not see it is named before it is sent.
    audience(maya).select_option("pros")
    field(maya).fill("@Tomasz Kowalczyk, what does the part cost?")
    warning = maya.locator("#audience-warning")
    expect(warning).to_be_hidden()
    audience(maya).select_option("tenants")
    expect(warning).to_have_text("Tomasz Kowalczyk won’t see this, so nobody tells them.")
    field(maya).press("End")
    field(maya).press_sequentially(" @")
    people = maya.get_by_role("listbox", name="People in this conversation")
    expect(people.get_by_role("option", name=re.compile("Priya Raman"))).to_be_visible()
    expect(people.get_by_role("option", name=re.compile("Tomasz"))).to_have_count(0)
    field(maya).press("Escape")
    field(maya).press("Backspace")
    audience(maya).select_option("pros")
    field(maya).press("Enter")
    asked = message(tom, "what does the part cost?")
    expect(asked).to_contain_text("Team and pros")
    assert beside_author(asked) == " · Birch & Vine"
    assert beside_author(message(maya, "It drips.")) == " · Tenant"

    # What comes for everybody afterwards shows that nothing of it went elsewhere before.
    audience(maya).select_option("everyone")
    send(maya, "Tomasz comes at ten.")
    for page in (priya, tom):
        expect(message(page, "Tomasz comes at ten.")).to_be_visible()
        assert_in_order(page)
    expect(log(priya).get_by_role("article")).to_have_count(4)
    for words in ("never in a hurry", "what does the part cost?"):
        assert words not in priya.content()
    assert "never in a hurry" not in tom.content()
    receipt = message(maya, "Tomasz comes at ten.").locator(".receipt")
    expect(receipt).to_have_text(re.compile(r"^Seen by Priya \d+:\d\d.*, Tomasz \d+:\d\d"))

    # A visit is told with its times: a dot stands before that of the event alone.
    day = clock.to_datetime(clock.now() + 2 * clock.DAY).date().isoformat()
    form = {"day": day, "begins": "10:00", "ends": "11:00"}
    assert maya.request.post(f"/maintenance/{thread.request_id}/visits", form=form).ok
    told = message(priya, "proposed a visit")
    expect(told).to_be_visible()
    planned = Visit.get(request=thread.request_id)
    off = f"/maintenance/{thread.request_id}/visits/{planned.id}/call-off"
    dots = "(times) => times.map((time) => getComputedStyle(time, '::before').content)"
    assert told.locator(".event time").evaluate_all(dots) == ["none", "none", '"· "']
    assert maya.request.post(off).ok

    # On phones the request stands under the head; what is done there shows everywhere.
    for part in (
        card(tom).get_by_role("link", name="Directions"),
        card(tom).get_by_role("button", name="Mark resolved"),
        card(priya).get_by_role("link", name="Propose a time"),
        card(priya).get_by_role("button", name="Add photo"),
        audience(tom),
    ):
        assert_thumb_sized(part)
    assert_accessible(tom)
    assert_accessible(priya)
    tom.evaluate("() => document.body.setAttribute('data-keyboard', '')")
    expect(card(tom).get_by_role("button", name="Mark resolved")).to_be_hidden()
    tom.evaluate("() => document.body.removeAttribute('data-keyboard')")
    card(tom).get_by_role("button", name="Mark resolved").tap()
    expect(log(maya).get_by_text("Status changed to Resolved by Tomasz")).to_be_visible()
    expect(maya.locator("#thread-heading").get_by_text("Resolved")).to_be_visible()
    # Its head came anew, and says still what its buttons are.
    opener = maya.get_by_role("button", name="Details", exact=True)
    expect(opener).to_have_attribute("aria-controls", "details")
    expect(card(priya).get_by_text("Resolved")).to_be_visible()
    expect(row(maya, "Kitchen faucet leaking")).to_contain_text("Resolved ·")

    # Who goes is named no more, and writes no more.
    tom.goto(f"/maintenance/{thread.request_id}")
    assert tom.request.post(f"/maintenance/{thread.request_id}/decline").ok
    expect(seen_by(maya)).to_have_text(f"Will be seen by Priya and {admin}")
    # What happened one after the other is told in one, with one time.
    resolved = log(maya).get_by_role("article").filter(has_text="Status changed to Resolved")
    expect(log(maya).get_by_text("declined this job")).to_be_visible()
    expect(resolved.locator("time")).to_be_hidden()
    tom.goto(address)
    expect(tom.locator("#composer")).to_contain_text("You are no longer part")
    expect(audience(tom)).to_have_count(0)
