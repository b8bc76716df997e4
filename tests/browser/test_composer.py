"""Writing: what is typed is sent once, shown as text, and never lost."""

import re

import pytest
from playwright.sync_api import expect

from models.database import transaction
from tests import factories
from tests.browser.conversation import field, log, message, opened, row, send
from tests.browser.devices import SAID_BY_THE_SERVER

FAR_TOO_LONG = "x" * 10_001


def test_enter_sends_and_shift_enter_breaks_the_line(dialogue, visit):
    maya = opened(visit(dialogue.maya, dialogue.address))
    field(maya).press_sequentially("First line")
    field(maya).press("Shift+Enter")
    field(maya).press_sequentially("second line")
    field(maya).press("Enter")
    expect(field(maya)).to_have_value("")
    expect(field(maya)).to_be_focused()
    bubble = maya.locator(".message:not(.pending) > .bubble")
    expect(bubble).to_have_text("First line\nsecond line", use_inner_text=True)


def test_on_a_phone_enter_breaks_the_line_and_the_button_sends(dialogue, visit):
    priya = opened(visit(dialogue.priya, dialogue.address, phone=True))
    field(priya).tap()
    field(priya).press_sequentially("One")
    field(priya).press("Enter")
    field(priya).press_sequentially("two")
    expect(field(priya)).to_have_value("One\ntwo")
    priya.get_by_role("button", name="Send", exact=True).tap()
    expect(message(priya, "One")).to_contain_text("two")
    expect(field(priya)).to_be_focused()


def test_enter_that_ends_a_composition_does_not_send(dialogue, visit):
    maya = opened(visit(dialogue.maya, dialogue.address))
    field(maya).fill("こんに")
    for detail in ({"isComposing": True}, {"keyCode": 229}):
        event = {"key": "Enter", "bubbles": True, "cancelable": True} | detail
        field(maya).dispatch_event("keydown", event)
    expect(field(maya)).to_have_value("こんに")
    expect(message(maya, "こんに")).to_have_count(0)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "{{ 7 * 7 }} {% raw %} ${7*7}",
        "👩🏽‍🔧 🚰 ⚡️",
        "שלום, הברז מטפטף",
        "https://example.com/a?b=1&c=2",
        "  spaces   inside stay  \n\n\tand lines",
        "a" * 3_000,
    ],
    ids=["markup", "template", "emoji", "right-to-left", "link", "spaces", "one long word"],
)
def test_text_is_shown_as_it_was_typed_on_both_sides(dialogue, visit, text):
    maya = opened(visit(dialogue.maya, dialogue.address))
    priya = opened(visit(dialogue.priya, dialogue.address))
    send(maya, text)
    shown = "() => document.querySelector('.message:not(.pending) > .bubble').textContent"
    for page in (maya, priya):
        expect(page.locator(".message:not(.pending) > .bubble")).to_be_visible()
        assert page.evaluate(shown) == text.strip()
        wide = "(log) => log.scrollWidth > log.clientWidth"
        assert not log(page).evaluate(wide)


def test_nothing_but_space_is_told_and_kept(dialogue, visit):
    maya = opened(visit(dialogue.maya, dialogue.address))
    send(maya, "   ")
    expect(maya.get_by_text("Write something first.")).to_be_visible()
    expect(field(maya)).to_have_value("   ")
    field(maya).fill("Now there is something")
    expect(maya.get_by_text("Write something first.")).to_be_hidden()


def test_too_long_is_told_before_sending_and_kept(dialogue, visit):
    maya = opened(visit(dialogue.maya, dialogue.address))
    field(maya).fill(FAR_TOO_LONG)
    sentence = "Use at most 10,000 characters. This has 10,001."
    expect(maya.get_by_role("alert").filter(has_text=sentence)).to_be_visible()
    field(maya).press("Enter")
    expect(field(maya)).to_have_value(FAR_TOO_LONG)
    expect(maya.locator(".message")).to_have_count(1)  # that Priya joined
    field(maya).fill("x" * 10_000)
    field(maya).press("Enter")
    expect(maya.locator(".message.pending")).to_have_count(0)
    expect(maya.locator(".message > .bubble")).to_have_count(1)


def test_text_the_server_refuses_comes_back_with_its_sentence(dialogue, visit, console):
    console.network_is_cut = True  # the browser reports a 422 as a failed resource
    maya = opened(visit(dialogue.maya, dialogue.address))
    send(maya, "bell \u0007 rings")
    expect(maya.get_by_text("This text has a character that can't be stored.")).to_be_visible()
    expect(field(maya)).to_have_value("bell \u0007 rings")
    expect(maya.locator(".message.pending")).to_have_count(0)


def test_failed_message_stays_with_the_next_step_beside_it(dialogue, visit, console):
    console.network_is_cut = True
    maya = opened(visit(dialogue.maya, dialogue.address))
    ids = []

    def fail(route):
        ids.append(re.search(r"client_id=([\w-]+)", route.request.post_data)[1])
        route.fulfill(status=400, body="", headers=SAID_BY_THE_SERVER)

    maya.route("**/threads/*/messages", fail)
    send(maya, "Will it arrive?")
    failed = message(maya, "Will it arrive?")
    expect(failed).to_contain_text("Not sent. Try again or Delete")
    maya.reload()
    opened(maya)
    expect(failed).to_contain_text("Not sent. Try again or Delete")
    with maya.expect_response("**/threads/*/messages"):
        failed.get_by_role("button", name="Try again").click()
    expect(failed).to_have_attribute("data-state", "failed")
    expect(failed).to_contain_text("Not sent. Try again or Delete")
    assert len(ids) > len(set(ids)) == 1
    maya.unroute("**/threads/*/messages")
    failed.get_by_role("button", name="Try again").click()
    expect(maya.locator(".message.pending")).to_have_count(0)
    expect(failed).to_have_count(1)
    expect(failed).to_contain_text("Sent")


def test_failed_message_can_be_given_up(dialogue, visit, console):
    console.network_is_cut = True
    maya = opened(visit(dialogue.maya, dialogue.address))
    maya.route(
        "**/threads/*/messages",
        lambda route: route.fulfill(status=400, body="", headers=SAID_BY_THE_SERVER),
    )
    send(maya, "Better not.")
    message(maya, "Better not.").get_by_role("button", name="Delete").click()
    expect(message(maya, "Better not.")).to_have_count(0)
    maya.reload()
    expect(message(opened(maya), "Better not.")).to_have_count(0)


def test_what_goes_at_once_never_says_that_it_waits(dialogue, visit):
    maya = opened(visit(dialogue.maya, dialogue.address))
    maya.evaluate(
        """() => {
          window.said = [];
          new MutationObserver(() => {
            const shown = [...document.querySelectorAll("#log .status")];
            said.push(...shown.map((status) => status.innerText));
          }).observe(document.getElementById("log"), { childList: true, subtree: true });
        }"""
    )
    send(maya, "Quick.")
    expect(maya.locator(".message:not(.pending) > .bubble")).to_have_text(["Quick."])
    assert not [words for words in maya.evaluate("() => said") if "Waiting" in words]


def test_message_is_in_place_at_once_and_says_so_when_it_takes_long(dialogue, visit):
    maya = opened(visit(dialogue.maya, dialogue.address))
    held = []

    def hold(route):
        held.append(route)

    maya.route("**/threads/*/messages", hold)
    send(maya, "Slow line.\nSecond row.")
    pending = message(maya, "Slow line.")
    expect(pending).to_be_visible()
    expect(pending).to_contain_text("Sending")
    held[0].continue_()
    expect(pending).not_to_have_class(re.compile("pending"))
    expect(pending).to_have_count(1)


def test_impatient_presses_send_once(dialogue, visit):
    maya = opened(visit(dialogue.maya, dialogue.address))
    field(maya).fill("Only one of these.")
    maya.evaluate(
        "() => { const form = document.querySelector('form.composer');"
        " for (let n = 0; n < 5; n++) form.requestSubmit(); }"
    )
    expect(maya.locator(".message.pending")).to_have_count(0)
    expect(message(maya, "Only one of these.")).to_have_count(1)


def test_draft_survives_a_reload_and_another_conversation(dialogue, visit):
    with transaction():
        marcus = factories.contact(dialogue.office.account, "Marcus Feld")
    maya = opened(visit(dialogue.maya, dialogue.address))
    field(maya).fill("The bike room code, is it")
    row(maya, "Marcus Feld").click()
    expect(maya).to_have_url(re.compile(f"/threads/{factories.dialogue_of(marcus).id}$"))
    expect(field(maya)).to_have_value("")
    expect(row(maya, "Priya Raman")).to_contain_text("Draft: The bike room code")
    row(maya, "Priya Raman").click()
    expect(field(maya)).to_have_value("The bike room code, is it")
    field(maya).press_sequentially(" still the old one?")
    maya.reload()
    expect(field(opened(maya))).to_have_value("The bike room code, is it still the old one?")
    field(maya).press("Enter")
    expect(maya.locator(".message:not(.pending) > .bubble")).to_have_count(1)
    maya.reload()
    expect(field(opened(maya))).to_have_value("")


def test_draft_is_not_shown_to_another_person_on_the_same_device(dialogue, visit):
    maya = opened(visit(dialogue.maya, dialogue.address))
    field(maya).fill("For my eyes only")
    maya.goto("/help")
    maya.goto("about:blank")
    form = {"email": dialogue.office.admin.email, "password": "correct horse battery"}
    assert maya.context.request.post("/sign-in", form=form).ok
    maya.goto(dialogue.address)
    expect(field(opened(maya))).to_have_value("")


def test_field_grows_with_the_text_and_keeps_the_newest_in_view(dialogue, visit):
    for number in range(30):
        dialogue.say(dialogue.maya, f"Line {number}.")
    maya = opened(visit(dialogue.maya, dialogue.address))
    low = field(maya).bounding_box()["height"]
    field(maya).fill("\n".join("12345678901234567890"))
    high = field(maya).bounding_box()["height"]
    assert high > low + 60
    assert high < 200
    expect(message(maya, "Line 29.")).to_be_in_viewport(ratio=1)


def test_without_script_the_form_sends_and_comes_back(dialogue, visit):
    maya = visit(dialogue.maya, dialogue.address, java_script_enabled=False)
    field(maya).fill("Sent by the form alone.")
    maya.get_by_role("button", name="Send", exact=True).click()
    expect(maya).to_have_url(re.compile(rf"{dialogue.address}$"))
    expect(message(maya, "Sent by the form alone.")).to_be_visible()
    expect(log(maya)).to_be_visible()
