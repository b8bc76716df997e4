"""After a lost connection everything that happened meanwhile is there: in order, nothing twice."""

import re

from playwright.sync_api import expect

from models import posting
from models.thread import TENANTS
from tests import factories
from tests.browser.conversation import (
    assert_in_order,
    field,
    is_cut_off,
    log,
    message,
    opened,
    place_of,
    send,
)


def test_what_happened_offline_arrives_with_edits_and_deletions(dialogue, visit, console):
    changed = dialogue.say(dialogue.priya, "The code is 1234.")
    taken_back = dialogue.say(dialogue.priya, "Never mind.")
    maya = opened(visit(dialogue.maya, dialogue.address))
    maya.evaluate("() => { window.never = 'reloaded'; }")
    console.network_is_cut = True
    maya.context.set_offline(True)
    is_cut_off(maya)

    dialogue.say(dialogue.priya, "First while away.")
    posting.edit_message(dialogue.priya, dialogue.thread.id, changed.id, "The code is 9876.")
    late = dialogue.say(dialogue.priya, "Second wihle away.")
    posting.delete_message(dialogue.priya, dialogue.thread.id, taken_back.id)
    dialogue.say(dialogue.priya, "Third while away.")
    posting.edit_message(dialogue.priya, dialogue.thread.id, late.id, "Second while away.")

    maya.context.set_offline(False)
    expect(message(maya, "Third while away.")).to_be_visible()
    bubbles = maya.locator(".message > .bubble")
    expect(bubbles).to_have_text(
        [
            re.compile(r"^The code is 9876\.\s*Edited$"),
            "Priya deleted this message",
            "First while away.",
            re.compile(r"^Second while away\.\s*Edited$"),
            "Third while away.",
        ]
    )
    assert_in_order(maya)
    assert maya.evaluate("() => window.never") == "reloaded"


def test_written_offline_waits_in_words_and_goes_out_once_in_order(dialogue, visit, console):
    maya = opened(visit(dialogue.maya, dialogue.address))
    priya = opened(visit(dialogue.priya, dialogue.address))
    console.network_is_cut = True
    maya.context.set_offline(True)
    for words in ("One.", "Two.", "Three."):
        send(maya, words)
        expect(message(maya, words)).to_contain_text("Waiting for connection")
    expect(maya.get_by_role("alert").filter(has_text="Offline")).to_be_visible()

    maya.context.set_offline(False)
    expect(maya.get_by_text("Back online. 3 messages sent.")).to_be_visible()
    for page in (maya, priya):
        expect(page.locator(".message > .bubble")).to_have_text(["One.", "Two.", "Three."])
        expect(page.locator(".message.pending")).to_have_count(0)
        assert_in_order(page)


def test_message_whose_answer_was_lost_is_there_once(dialogue, visit, console):
    maya = opened(visit(dialogue.maya, dialogue.address))
    priya = opened(visit(dialogue.priya, dialogue.address))
    console.network_is_cut = True
    lost = []

    def lose_the_answer(route):
        if lost:
            return route.continue_()
        lost.append(route.fetch())  # the server has it
        return route.abort()

    maya.route("**/threads/*/messages", lose_the_answer)
    send(maya, "Only once, please.")
    expect(message(priya, "Only once, please.")).to_be_visible()
    expect(maya.locator(".message.pending")).to_have_count(0)
    expect(message(maya, "Only once, please.")).to_have_count(1)
    expect(message(priya, "Only once, please.")).to_have_count(1)
    assert lost[0].status == 201


def test_scroll_position_stays_while_the_past_changes(dialogue, visit, console):
    messages = [
        dialogue.say(dialogue.priya, f"Line {number}.", minutes_ago=10 - number / 10)
        for number in range(45)
    ]
    maya = opened(visit(dialogue.maya, dialogue.address))
    maya.evaluate("() => { document.getElementById('log').scrollTop = 0; }")
    maya.evaluate(
        "() => { document.getElementById('log').scrollTop += "
        "document.querySelectorAll('.message')[20].getBoundingClientRect().top - 150; }"
    )
    before = place_of(maya, "Line 20.")
    console.network_is_cut = True
    maya.context.set_offline(True)
    is_cut_off(maya)

    longer = "A much longer line, " * 60
    for early in messages[5:15]:
        posting.edit_message(dialogue.priya, dialogue.thread.id, early.id, longer)
    dialogue.say(dialogue.priya, "The newest line.")
    maya.context.set_offline(False)
    expect(message(maya, "The newest line.")).to_be_attached()
    assert message(maya, "A much longer line").count() == 10
    assert abs(place_of(maya, "Line 20.") - before) <= 1


def test_server_that_was_restarted_is_found_again(dialogue, visit, console, house):
    maya = opened(visit(dialogue.maya, dialogue.address))
    priya = opened(visit(dialogue.priya, dialogue.address))
    console.network_is_cut = True
    house.stop()
    try:
        is_cut_off(maya)
        is_cut_off(priya)
        send(priya, "Is anybody there?")
        expect(message(priya, "Is anybody there?")).to_contain_text("Waiting for connection")
        dialogue.say(dialogue.office.admin, "Stored by somebody else meanwhile.")
    finally:
        house.start()
    for page in (maya, priya):
        expect(message(page, "Is anybody there?")).to_be_visible()
        expect(message(page, "Stored by somebody else meanwhile.")).to_be_visible()
        expect(page.locator(".message.pending")).to_have_count(0)
        assert_in_order(page)


def test_sleeping_page_catches_up_when_it_wakes(dialogue, visit):
    maya = opened(visit(dialogue.maya, dialogue.address))
    # Written past the server, so that no socket tells of it.
    dialogue.say(dialogue.priya, "While you slept.")
    maya.evaluate("() => { window.dispatchEvent(new Event('online')); }")
    expect(message(maya, "While you slept.")).to_be_visible()


def test_conversation_that_ended_meanwhile_says_so_in_place_of_the_field(dialogue, visit, console):
    dialogue.say(dialogue.priya, "Goodbye.")
    maya = opened(visit(dialogue.maya, dialogue.address))
    console.network_is_cut = True
    maya.context.set_offline(True)
    is_cut_off(maya)
    factories.disconnect(dialogue.tie, by=dialogue.priya)
    maya.context.set_offline(False)
    expect(maya.get_by_text("Priya disconnected. You can't write here.")).to_be_visible()
    expect(field(maya)).to_have_count(0)
    expect(message(maya, "Goodbye.")).to_be_visible()


def test_who_lost_the_right_is_led_back_to_the_list(dialogue, visit, console):
    dialogue.say(dialogue.priya, "A secret.")
    maya = opened(visit(dialogue.maya, dialogue.address))
    console.network_is_cut = True
    maya.context.set_offline(True)
    is_cut_off(maya)
    factories.set_right(factories.tie_of(dialogue.maya, dialogue.office.account), TENANTS, 0)
    maya.context.set_offline(False)
    expect(maya.get_by_text("That conversation is not open to you any more.")).to_be_visible()
    expect(log(maya)).to_have_count(0)
    expect(maya.get_by_text("A secret.")).to_have_count(0)


def test_page_that_replaces_the_log_keeps_what_is_read_in_place(dialogue, visit, console):
    tie = factories.contact(dialogue.office.account, "Sofia Castellano")
    sofia_thread = factories.dialogue_of(tie)
    for number in range(30):
        factories.say(dialogue.maya, sofia_thread, f"Line {number}.")
    tie.user.email, tie.user.password_hash = "sofia@people.example", dialogue.priya.password_hash
    tie.user.save()
    sofia = opened(visit(tie.user, f"/threads/{sofia_thread.id}"))
    before = place_of(sofia, "Line 3.")
    console.network_is_cut = True
    sofia.context.set_offline(True)
    is_cut_off(sofia)
    factories.disconnect(tie)
    factories.connect(tie)
    factories.say(dialogue.maya, sofia_thread, "Welcome back.")
    sofia.context.set_offline(False)
    expect(message(sofia, "Welcome back.")).to_be_attached()
    assert abs(place_of(sofia, "Line 3.") - before) <= 1
    assert_in_order(sofia)


def test_conversation_that_ends_while_it_is_open_closes_the_field(dialogue, visit):
    dialogue.say(dialogue.priya, "Goodbye.")
    maya = opened(visit(dialogue.maya, dialogue.address))
    field(maya).fill("One more thing")
    factories.disconnect(dialogue.tie, by=dialogue.priya)
    # What the server tells everybody of a thread that opened, ended or was renamed.
    event = {"thread_ids": [dialogue.thread.id]}
    maya.evaluate(
        "(detail) => { document.dispatchEvent(new CustomEvent('hallway:threads', { detail })); }",
        event,
    )
    expect(maya.get_by_text("Priya disconnected. You can't write here.")).to_be_visible()
    factories.connect(dialogue.tie)
    maya.evaluate(
        "(detail) => { document.dispatchEvent(new CustomEvent('hallway:threads', { detail })); }",
        event,
    )
    expect(field(maya)).to_have_value("One more thing")
