"""Pages of a long conversation, both ways, and never a jump."""

import pytest
from playwright.sync_api import Page, expect

from models import clock, posting, reading
from models.message import Message
from models.user import User
from tests.browser.conversation import SEQS, assert_in_order, log, message, opened

LENGTH = 320

# After every frame in which messages were added, how far the first message that was visible
# before and is there still has moved, less what the log was scrolled on purpose.
WATCH = """() => {
  const log = document.getElementById('log');
  const top = () => log.getBoundingClientRect().top;
  let before = null;
  let count = -1;
  window.jumps = [];
  window.scrolled = 0;
  const look = () => {
    const now = [...log.querySelectorAll('.message')]
      .map((message) => [message.id, message.getBoundingClientRect()])
      .filter(([, box]) => box.bottom > top() && box.top < top() + log.clientHeight)
      .map(([id, box]) => [id, box.top]);
    const places = new Map(now);
    if (before && count !== log.childElementCount) {
      const [id, was] = before.find(([id]) => places.has(id)) ?? [null, 0];
      window.jumps.push(id ? places.get(id) - was - window.scrolled : 'gone');
    }
    before = now;
    count = log.childElementCount;
    window.scrolled = 0;
    requestAnimationFrame(look);
  };
  look();
}"""

SCROLL = """(by) => new Promise((done) => {
  const log = document.getElementById('log');
  const from = log.scrollTop;
  log.scrollTop += by;
  window.scrolled += from - log.scrollTop;
  requestAnimationFrame(() => done(log.hasAttribute(by < 0 ? 'data-older' : 'data-newer')));
})"""


@pytest.fixture
def long_dialogue(dialogue):
    speakers = [dialogue.maya, dialogue.priya, dialogue.priya, dialogue.office.admin]
    for number in range(LENGTH):
        body = f"Line {number}. " + "It goes on and on. " * (number % 9)
        speaker = speakers[number // 3 % 4]
        last = dialogue.say(speaker, body.strip(), minutes_ago=(LENGTH - number) * 30)
    for user in (dialogue.maya, dialogue.priya):
        reading.set_read_position(user, dialogue.thread.id, last.id)
    return dialogue


def leaf_through(page: Page, by: int) -> list[float]:
    """Scroll until there is nothing more that way; the jumps that were seen, in px."""
    page.evaluate(WATCH)
    for _ in range(600):
        if not page.evaluate(SCROLL, by):
            break
    return page.evaluate("() => window.jumps")


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_older_pages_come_without_a_jump(long_dialogue, visit, phone):
    page = opened(visit(long_dialogue.maya, long_dialogue.address, phone=phone))
    assert len(page.evaluate(SEQS)) == 50
    jumps = leaf_through(page, -300)
    assert len(jumps) >= 6
    assert all(abs(jump) <= 1 for jump in jumps), jumps
    assert_in_order(page)
    expect(page.locator(".message > .bubble")).to_have_count(LENGTH)
    expect(log(page)).not_to_have_attribute("aria-busy", "true")


def test_days_and_groups_are_the_same_however_the_pages_came(long_dialogue, visit):
    page = opened(visit(long_dialogue.maya, long_dialogue.address))
    leaf_through(page, -600)
    shape = """() => [...document.querySelectorAll('#log > :is(.message, .day)')]
      .map((node) => node.matches('.day') ? node.textContent : [node.id,
        ...['mine', 'mate', 'first', 'last'].filter((c) => node.matches(`.${c}`))].join(' '))"""
    upwards = page.evaluate(shape)
    first = page.evaluate(SEQS)[0]
    page.goto(f"{long_dialogue.address}?at={first}")
    leaf_through(opened(page), 600)
    downwards = page.evaluate(shape)
    assert upwards == downwards
    assert sum(not line.startswith("message-") for line in upwards) >= 6


def test_opened_at_a_message_shows_it_in_the_middle_and_newer_pages_follow(long_dialogue, visit):
    page = visit(long_dialogue.maya, long_dialogue.address)
    seq = page.evaluate(SEQS)[0] - 150
    page.goto(f"{long_dialogue.address}?at={seq}")
    opened(page)
    asked = page.locator(f"#message-{seq}")
    box, frame = asked.bounding_box(), log(page).bounding_box()
    middle = box["y"] + box["height"] / 2 - frame["y"]
    assert abs(middle - frame["height"] / 2) < frame["height"] / 4
    expect(page.get_by_role("link", name="Jump to latest")).to_be_visible()
    jumps = leaf_through(page, 300)
    assert jumps
    assert all(abs(jump) <= 1 for jump in jumps), jumps
    assert_in_order(page)
    page.evaluate(SCROLL, 10_000)
    expect(message(page, f"Line {LENGTH - 1}.")).to_be_in_viewport()
    expect(page.get_by_role("link", name="Jump to latest")).to_be_hidden()


def test_live_message_leaves_no_gap_in_a_log_opened_in_the_middle(long_dialogue, visit):
    page = visit(long_dialogue.maya, long_dialogue.address)
    seq = page.evaluate(SEQS)[0] - 200
    page.goto(f"{long_dialogue.address}?at={seq}")
    opened(page)
    newest = page.evaluate(SEQS)[-1]
    priya = opened(visit(long_dialogue.priya, long_dialogue.address))
    priya.get_by_role("textbox", name="Message").fill("Far below.")
    priya.keyboard.press("Enter")
    pill = page.get_by_role("link", name="Jump to latest")
    expect(pill).to_contain_text("1 new message")
    expect(message(page, "Far below.")).to_have_count(0)
    assert page.evaluate(SEQS)[-1] == newest
    page.keyboard.press("Escape")
    page.keyboard.press("End")
    expect(message(page, "Far below.")).to_be_in_viewport()
    assert_in_order(page)


def test_page_that_does_not_load_says_so_and_can_be_asked_again(long_dialogue, visit, console):
    console.network_is_cut = True
    page = opened(visit(long_dialogue.maya, long_dialogue.address))
    page.route("**/messages?before=*", lambda route: route.abort())
    page.evaluate("() => { document.getElementById('log').scrollTop = 0; }")
    again = page.get_by_role("button", name="Try again")
    expect(page.get_by_text("More messages didn't load.")).to_be_visible()
    page.unroute("**/messages?before=*")
    again.click()
    expect(page.locator(".message[data-seq]")).to_have_count(100)
    expect(again).to_have_count(0)


def test_unread_conversation_opens_at_the_new_line(dialogue, visit):
    for number in range(20):
        old = dialogue.say(dialogue.maya, f"Old {number}.", minutes_ago=90 - number)
    reading.set_read_position(dialogue.priya, dialogue.thread.id, old.id)
    for number in range(30):
        dialogue.say(dialogue.maya, f"Fresh {number}.", minutes_ago=30 - number)
    page = visit(dialogue.priya, dialogue.address)
    line = opened(page).locator(".new-line")
    expect(line).to_have_text("New")
    expect(line).to_be_in_viewport()
    expect(message(page, "Fresh 0.")).to_be_in_viewport()
    expect(message(page, "Fresh 29.")).not_to_be_in_viewport()
    after = "() => document.querySelector('.new-line').nextElementSibling.innerText"
    assert "Fresh 0." in page.evaluate(after)
    page.get_by_role("link", name="Jump to latest").click()
    expect(message(page, "Fresh 29.")).to_be_in_viewport()
    expect(line).to_be_attached()


def test_more_unread_than_a_page_opens_at_the_first_of_them(dialogue, visit):
    for number in range(60):
        old = dialogue.say(dialogue.maya, f"Old {number}.", minutes_ago=900 - number)
    reading.set_read_position(dialogue.priya, dialogue.thread.id, old.id)
    for number in range(130):
        dialogue.say(dialogue.maya, f"Fresh {number}.", minutes_ago=300 - number)
    page = opened(visit(dialogue.priya, dialogue.address))
    expect(page.locator(".new-line")).to_be_in_viewport()
    expect(message(page, "Fresh 0.")).to_be_in_viewport()
    expect(message(page, "Old 59.")).to_be_attached()
    leaf_through(page, 400)
    expect(message(page, "Fresh 129.")).to_be_attached()
    assert_in_order(page)


def test_link_to_a_message_far_away_leads_there(long_dialogue, visit):
    page = opened(visit(long_dialogue.maya, long_dialogue.address))
    seq = page.evaluate(SEQS)[0] - 120
    page.evaluate("(seq) => { location.hash = `message-${seq}`; }", seq)
    expect(page.locator(f"#message-{seq}")).to_be_in_viewport()
    expect(page.locator(f"#message-{seq}.found")).to_be_attached()
    assert_in_order(page)


def test_change_that_falls_beside_a_page_under_way_is_not_lost(long_dialogue, visit):
    page = opened(visit(long_dialogue.maya, long_dialogue.address))
    oldest = page.evaluate(SEQS)[0]
    waiting = []

    def hold(route):
        # What the server says now is delivered later.
        waiting.append((route, route.fetch()))

    page.route("**/messages?before=*", hold)
    page.evaluate("() => { document.getElementById('log').scrollTop = 0; }")
    for _ in range(600):
        if waiting:
            break
        page.evaluate("() => new Promise(requestAnimationFrame)")
    found = (Message.thread == long_dialogue.thread) & (Message.id < oldest)
    changed = Message.select().where(found).order_by(Message.id.desc()).get()
    later = clock.now()
    Message.update(created_at=later).where(Message.id == changed.id).execute()
    author = User.get_by_id(changed.author_id)
    posting.edit_message(author, long_dialogue.thread.id, changed.id, "Changed meanwhile.")
    # Catching up raises the version past a change of a message that is not shown yet.
    with page.expect_response("**/messages?after_version=*"):
        page.evaluate("() => { window.dispatchEvent(new Event('online')); }")
    route, answer = waiting[0]
    route.fulfill(response=answer)
    expect(page.locator(f"#message-{changed.id}")).to_contain_text("Changed meanwhile.")
