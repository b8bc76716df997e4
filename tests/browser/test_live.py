"""Two browsers side by side: what is written in one is in the other, in place."""

import re

from playwright.sync_api import expect

from models import posting
from models.database import transaction
from tests import factories
from tests.browser.conversation import assert_in_order, field, log, message, opened, row, send

# Tells of a keystroke right behind the message, and notes what the page makes of it.
LATE_KEYSTROKE = """(detail) => document.addEventListener('hallway:placed', (event) => {
  if (!event.detail.live) return;
  document.dispatchEvent(new CustomEvent('hallway:typing', { detail }));
  window.shown = document.getElementById('typing').textContent;
})"""


def test_message_is_in_the_other_browser_without_a_reload(dialogue, visit):
    maya = opened(visit(dialogue.maya, dialogue.address))
    priya = opened(visit(dialogue.priya, dialogue.address, phone=True))
    maya.evaluate("() => { window.never = 'reloaded'; }")

    send(maya, "Tomasz comes at 10:30.")
    expect(message(priya, "Tomasz comes at 10:30.")).to_be_visible()
    field(priya).fill("Perfect, thank you.")
    priya.get_by_role("button", name="Send", exact=True).tap()
    expect(message(maya, "Perfect, thank you.")).to_be_visible()

    for page in (maya, priya):
        expect(page.locator(".message.pending")).to_have_count(0)
        assert_in_order(page)
    assert maya.evaluate("() => window.never") == "reloaded"
    expect(message(maya, "Tomasz")).to_have_class(re.compile(r"\bmine\b"))
    expect(message(maya, "Perfect")).not_to_have_class(re.compile(r"\b(mine|mate)\b"))


def test_teammates_message_stands_on_the_accounts_side(dialogue, visit):
    maya = opened(visit(dialogue.maya, dialogue.address))
    daniel = opened(visit(dialogue.office.admin, dialogue.address))
    send(daniel, "I have the key.")
    expect(message(maya, "I have the key.")).to_have_class(re.compile(r"\bmate\b"))
    expect(message(maya, "I have the key.").locator(".author")).to_contain_text("Daniel")


def test_many_at_once_from_both_sides_are_all_there_once(dialogue, visit):
    maya = opened(visit(dialogue.maya, dialogue.address))
    priya = opened(visit(dialogue.priya, dialogue.address))
    for number in range(8):
        send(maya, f"From Maya, number {number}.")
        send(priya, f"From Priya, number {number}.")
    for page in (maya, priya):
        expect(page.locator(".message:not(.pending) > .bubble")).to_have_count(16)
        expect(page.locator(".message.pending")).to_have_count(0)
        assert_in_order(page)
    words = "() => [...document.querySelectorAll('.bubble')].map((bubble) => bubble.innerText)"
    assert maya.evaluate(words) == priya.evaluate(words)


def test_own_message_sent_on_another_device_arrives(dialogue, visit):
    desktop = opened(visit(dialogue.maya, dialogue.address))
    phone = opened(visit(dialogue.maya, dialogue.address, phone=True))
    send(desktop, "Written at the desk.")
    expect(message(phone, "Written at the desk.")).to_have_class(re.compile(r"\bmine\b"))


def test_typing_shows_and_ends_with_the_message(dialogue, visit):
    maya = opened(visit(dialogue.maya, dialogue.address))
    priya = opened(visit(dialogue.priya, dialogue.address))
    field(priya).press_sequentially("He is")
    expect(maya.locator("#typing")).to_have_text("Priya is typing")
    field(priya).press("Enter")
    expect(message(maya, "He is")).to_be_visible()
    expect(maya.locator("#typing")).to_be_empty()


def test_a_keystroke_told_after_its_message_does_not_count(dialogue, visit):
    maya = opened(visit(dialogue.maya, dialogue.address))
    typing = {"thread_id": dialogue.thread.id, "user_id": dialogue.priya.id, "name": "Priya"}
    maya.evaluate(LATE_KEYSTROKE, typing)
    send(opened(visit(dialogue.priya, dialogue.address)), "He is here.")
    expect(message(maya, "He is here.")).to_be_visible()
    assert maya.evaluate("() => window.shown") == ""


def test_receipt_says_sent_then_seen(dialogue, visit):
    maya = opened(visit(dialogue.maya, dialogue.address))
    send(maya, "Did you get the letter?")
    receipt = maya.locator(".receipt")
    expect(receipt).to_have_text("Sent")
    opened(visit(dialogue.priya, dialogue.address))
    expect(receipt).to_have_text(re.compile(r"^Seen \d"))
    send(maya, "It is in your box.")
    expect(receipt).to_have_count(1)
    expect(message(maya, "in your box").locator(".receipt")).to_be_visible()


def test_row_of_another_conversation_moves_up_with_its_words(dialogue, visit):
    with transaction():
        marcus = factories.contact(dialogue.office.account, "Marcus Feld")
    other = factories.dialogue_of(marcus)
    factories.say(marcus.user, other, "About the rent.")
    dialogue.say(dialogue.priya, "The faucet drips.")
    maya = opened(visit(dialogue.maya, f"/threads/{other.id}"))
    expect(maya.locator("a.thread-row").first).to_contain_text("Priya Raman")

    priya = opened(visit(dialogue.priya, dialogue.address))
    send(priya, "It drips more now.")
    expect(row(maya, "Priya Raman")).to_contain_text("It drips more now.")
    expect(row(maya, "Priya Raman").locator("[data-count]")).to_have_text(re.compile("^2"))
    expect(row(maya, "Marcus Feld")).to_have_attribute("aria-current", "page")
    expect(maya.locator("#live")).to_have_text("1 new message from Priya Raman")


def test_reader_of_the_past_is_not_moved_but_told(dialogue, visit):
    for number in range(40):
        dialogue.say(dialogue.priya, f"Line {number}", minutes_ago=100 - number)
    maya = opened(visit(dialogue.maya, dialogue.address))
    expect(message(maya, "Line 39")).to_be_in_viewport()
    pill = maya.get_by_role("link", name="Jump to latest")
    expect(pill).to_be_hidden()
    log(maya).hover()
    maya.mouse.wheel(0, -900)
    expect(pill).to_be_visible()
    before = maya.evaluate("() => document.getElementById('log').scrollTop")

    priya = opened(visit(dialogue.priya, dialogue.address))
    send(priya, "Something new.")
    expect(pill).to_have_text("1 new message")
    assert maya.evaluate("() => document.getElementById('log').scrollTop") == before
    pill.click()
    expect(message(maya, "Something new.")).to_be_in_viewport()
    expect(pill).to_be_hidden()


def test_first_message_takes_the_place_of_the_greeting(dialogue, visit):
    maya = opened(visit(dialogue.maya, dialogue.address))
    expect(maya.get_by_text("Say hello to Priya")).to_be_visible()
    send(maya, "Hello Priya.")
    expect(maya.get_by_text("Say hello to Priya")).to_be_hidden()


def test_own_message_that_comes_back_before_its_answer_stands_there_once(dialogue, visit):
    desktop = opened(visit(dialogue.maya, dialogue.address))
    phone = opened(visit(dialogue.maya, dialogue.address, phone=True))
    answers = []

    def keep_the_answer(route):
        answers.append((route, route.fetch()))

    desktop.route("**/threads/*/messages", keep_the_answer)
    send(desktop, "Once is enough.")
    expect(message(phone, "Once is enough.")).to_be_visible()
    # Told to all devices in one go, and heard here once this one answers another event.
    field(phone).fill("I wrote that at the desk.")
    phone.get_by_role("button", name="Send", exact=True).tap()
    expect(message(phone, "at the desk")).to_be_visible()
    desktop.evaluate("() => new Promise(requestAnimationFrame)")
    expect(message(desktop, "Once is enough.")).to_have_count(1)
    expect(message(desktop, "Once is enough.")).to_have_class(re.compile("pending"))
    route, answer = answers[0]
    route.fulfill(response=answer)
    expect(message(desktop, "at the desk")).to_be_visible()
    expect(message(desktop, "Once is enough.")).to_have_count(1)
    expect(desktop.locator(".message.pending")).to_have_count(0)
    assert_in_order(desktop)


def test_late_event_does_not_bring_an_older_edition_back(dialogue, visit):
    stored = dialogue.say(dialogue.priya, "The code is 1234.")
    maya = opened(visit(dialogue.maya, dialogue.address))
    older = maya.locator(f"#message-{stored.id}").evaluate("(message) => message.outerHTML")
    posting.edit_message(dialogue.priya, dialogue.thread.id, stored.id, "The code is 9876.")
    maya.evaluate("() => { window.dispatchEvent(new Event('online')); }")
    expect(message(maya, "9876")).to_be_visible()
    event = {"thread_id": dialogue.thread.id, "seq": stored.id, "html": older, "kind": "created"}
    maya.evaluate(
        "(detail) => { document.dispatchEvent(new CustomEvent('hallway:message', { detail })); }",
        event,
    )
    expect(message(maya, "9876")).to_be_visible()
    expect(message(maya, "1234")).to_have_count(0)
