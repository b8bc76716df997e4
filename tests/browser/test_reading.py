"""Only what was really on screen is read."""

import re

from playwright.sync_api import Page, expect

from models.thread import ThreadPerson
from tests.browser.conversation import assert_badge, is_live, log, message, opened, send

HIDDEN = """
  Object.defineProperty(document, 'visibilityState', {
    get: () => (window.seen ? 'visible' : 'hidden'),
  });
"""
SHOW = """() => {
  window.seen = true;
  document.dispatchEvent(new Event('visibilitychange'));
}"""


def put_requests(page: Page) -> list[int]:
    """The seqs this page tells the server, as they go out."""
    seqs = []

    def note(request):
        if request.method == "PUT":
            seqs.append(int(re.search(r"seq=(\d+)", request.post_data)[1]))

    page.on("request", note)
    return seqs


def read_seq(dialogue, user) -> int | None:
    own = (ThreadPerson.user == user) & (ThreadPerson.thread == dialogue.thread)
    kept = ThreadPerson.get_or_none(own)
    return kept.read_seq if kept else None


def test_hidden_page_reads_nothing_until_somebody_looks(dialogue, visit):
    seen_elsewhere = visit(dialogue.maya, "/")
    is_live(seen_elsewhere)
    maya = visit(dialogue.maya, "/settings/profile")
    maya.add_init_script(HIDDEN)
    maya.goto(dialogue.address)
    opened(maya)
    told = put_requests(maya)
    priya = opened(visit(dialogue.priya, dialogue.address))
    send(priya, "Is anybody looking?")
    expect(message(maya, "Is anybody looking?")).to_be_attached()
    assert_badge(seen_elsewhere, 1)
    assert_badge(maya, 1)
    # Longer than a glance would need: the badge of a further message has gone round meanwhile.
    send(priya, "Hello?")
    assert_badge(seen_elsewhere, 2)
    assert told == []
    assert read_seq(dialogue, dialogue.maya) is None

    maya.evaluate(SHOW)
    assert_badge(maya, 0)
    assert_badge(seen_elsewhere, 0)
    assert len(told) == 1


def test_messages_below_the_window_are_read_when_they_are_scrolled_to(dialogue, visit):
    stored = [dialogue.say(dialogue.priya, f"Line {number}.") for number in range(60)]
    maya = visit(dialogue.maya, "/")
    assert_badge(maya, 60)
    told = put_requests(maya)
    maya.goto(dialogue.address)
    opened(maya)
    expect(message(maya, "Line 59.")).to_be_attached()
    # Sixty are more than a page: reading begins further up than what was loaded.
    maya.evaluate("() => { document.getElementById('log').scrollTop = 0; }")
    maya.wait_for_function("() => !/^\\(60\\)/.test(document.title)")
    # The badge does not wait for the answer: what is looked at does not count meanwhile.
    with maya.expect_response(lambda answer: answer.request.post_data == f"seq={stored[-1].id}"):
        maya.evaluate("() => { document.getElementById('log').scrollTop = 1e6; }")
    assert_badge(maya, 0)
    assert told == sorted(told)
    assert read_seq(dialogue, dialogue.maya) == stored[-1].id


def test_reading_goes_only_as_far_as_the_window_shows(dialogue, visit):
    for number in range(40):
        dialogue.say(dialogue.maya, f"Line {number}. " + "More and more words. " * 12)
    priya = visit(dialogue.priya, "/messages", phone=True)
    assert_badge(priya, 40)
    priya.goto(dialogue.address)
    opened(priya)
    expect(priya.locator(".new-line")).to_be_in_viewport()
    expect(message(priya, "Line 39.")).not_to_be_in_viewport()
    priya.wait_for_function("() => !/^\\(40\\)/.test(document.title)")
    left = int(re.match(r"\((\d+)\)", priya.title())[1])
    assert 25 < left < 40
    last = read_seq(dialogue, dialogue.priya)
    expect(priya.locator(f"#message-{last}")).to_be_in_viewport()


def test_sender_sees_that_it_was_read(dialogue, visit):
    maya = opened(visit(dialogue.maya, dialogue.address))
    priya = opened(visit(dialogue.priya, dialogue.address))
    send(maya, "Can Tomasz come at 10:30?")
    expect(message(priya, "Can Tomasz come")).to_be_visible()
    expect(message(maya, "Can Tomasz come").locator(".receipt")).to_have_text(
        re.compile(r"^Seen \d")
    )


def test_opening_a_page_alone_writes_nothing(dialogue, visit):
    dialogue.say(dialogue.priya, "Unread.")
    page = visit(dialogue.maya, dialogue.address, java_script_enabled=False)
    expect(log(page)).to_contain_text("Unread.")
    assert read_seq(dialogue, dialogue.maya) is None
