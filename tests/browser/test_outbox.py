"""What is written without signal waits on the device and goes out once, in order."""

import os
import random
import re
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from playwright.sync_api import Error as PlaywrightError

from models import session as sessions
from models.database import transaction
from models.maintenance import CATEGORIES
from models.session import Session
from models.thread import Thread
from models.user import User
from tests import factories
from tests.browser.conftest import PASSWORD, PATIENCE_MS, PHONE
from tests.browser.conversation import (
    field,
    is_cut_off,
    is_live,
    message,
    opened,
    row,
    send,
    title,
    wait_until,
)
from tests.browser.devices import (
    IS_DRAFT,
    ON_DEVICE,
    Device,
    Line,
    requests_of,
    said_by,
    sync,
    write_at_once,
)
from tests.browser.test_files import attach, chip, given, photo
from tests.browser.test_leaving import sign_in
from tests.browser.test_offline import has_worker, is_saved, thread_of

WAITING = "Waiting for connection"
FULL = """() => {
  IDBObjectStore.prototype.put = () => { throw new DOMException("", "QuotaExceededError"); };
}"""
NOTHING_KEPT = "() => { Object.defineProperty(window, 'indexedDB', { value: null }); }"
EARLIER = """async ([user, thread, other]) => {
  const at = new Date().toISOString();
  const file = { key: crypto.randomUUID(), name: "old.txt", size: 5, kind: "file" };
  const keep = (what, value) =>
    localStorage.setItem(`hallway-${what}-of-${user}`, JSON.stringify(value));
  keep("outbox", [
    { client_id: crypto.randomUUID(), thread, body: "Old one.", files: [], mentions: [], at },
    { client_id: crypto.randomUUID(), thread, body: "Old two.", files: [file], at },
  ]);
  keep(`draft-${other}`, "An old draft");
  const asked = indexedDB.open(`hallway-files-of-${user}`, 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore("blobs");
  await new Promise((done) => { asked.onsuccess = done; });
  const work = asked.result.transaction("blobs", "readwrite");
  work.objectStore("blobs").put(new Blob(["words"]), file.key);
  await new Promise((done) => { work.oncomplete = done; });
  asked.result.close();
}"""
NOTHING_WAITS = f"""async () => {{
  {ON_DEVICE}
  return !(await onDevice("entries")).length;
}}"""
# Whether it is a draft again; another tab may just have sent it.
TAKE_BACK = f"""async ([text, words]) => {{
  {ON_DEVICE}
  const node = [...document.querySelectorAll(words)].find((one) => one.textContent === text);
  const button = node?.parentElement.querySelector("[data-take-back]");
  if (!button) return false;
  button.click();
  const drafts = await onDevice("drafts");
  return drafts.some(({{ fields: {{ title, body }} }}) => [title, body].includes(text));
}}"""
# The words of what waits where a page shows it, and has not left.
IN_HAND = ".pending[data-in-hand] > .bubble, .waiting-request[data-in-hand] > b"
PHOTOS = "photos or a video"
KEPT = """async () => (await indexedDB.databases()).map(({ name }) => name)"""


@pytest.fixture
def marcus(dialogue) -> Thread:
    """A second conversation of the team."""
    with transaction():
        tie = factories.contact(dialogue.office.account, "Marcus Feld")
    return factories.dialogue_of(tie)


def is_all_sent(*pages: Page) -> None:
    for page in pages:
        wait_until(page, NOTHING_WAITS)
        expect(page.locator(".message.pending, .waiting-request")).to_have_count(0)


def expire_sessions(user: User) -> None:
    Session.update(last_used_at=0).where(Session.user == user.id).execute()


def fill_in(page: Page, what: str, more: str, kind: str) -> None:
    """Write a request into its form."""
    title(page).fill(what)
    page.get_by_label("Tell us more").fill(more)
    page.get_by_role("radio", name=kind).check()


def submit(page: Page) -> None:
    page.get_by_role("button", name="Create request").click()


def test_what_waits_is_shown_and_sent_though_the_note_of_it_was_lost(dialogue, visit, console):
    """Notes are written late: a battery that runs out takes the last ones along."""
    console.network_is_cut = True
    priya = opened(has_worker(visit(dialogue.priya, dialogue.address, phone=True)))
    is_saved(priya, thread_of(dialogue))
    line = Line(priya.context)
    line.fate = "cut"
    field(priya).fill("Still here.")
    priya.get_by_role("button", name="Send", exact=True).tap()
    expect(message(priya, "Still here.")).to_contain_text(WAITING)
    priya.goto("/healthz")
    priya.evaluate(
        "(user) => localStorage.setItem(`hallway-keeps-of-${user}`, 'nothing')",
        str(dialogue.priya.id),
    )
    priya.goto(dialogue.address)
    expect(message(priya, "Still here.")).to_contain_text(WAITING)
    line.mend(priya)
    is_all_sent(priya)
    assert said_by(dialogue.priya, dialogue.thread) == [["Still here."]]


def test_the_line_breaks_at_every_step_of_a_send(dialogue, visit, console):
    console.network_is_cut = True
    priya = opened(visit(dialogue.priya, dialogue.address, phone=True))
    line = Line(priya.context)
    button = priya.get_by_role("button", name="Send", exact=True)

    def say(text: str) -> None:
        field(priya).fill(text)
        button.tap()

    texts = {"cut": "Never left.", "lost": "Its answer was lost.", 503: "Nobody.", "refused": "No."}
    for fate, text in texts.items():
        line.fate = fate
        say(text)
        expect(message(priya, text)).to_contain_text(re.compile(f"{WAITING}|Trying again"))
        line.mend(priya)
        is_all_sent(priya)

    line.fate = "refused"
    attach(priya, photo("zero.jpg"))
    say("A photo that something refused.")
    expect(message(priya, "something refused")).to_contain_text(WAITING)
    line.mend(priya)
    is_all_sent(priya)
    assert line.sent.count("PUT through") == 1

    line.fate = "held"
    attach(priya, photo("one.jpg"))
    say("In the middle of a photo.")
    say("After it.")
    expect(message(priya, "After it.")).to_contain_text("Waiting for its turn")
    line.cut()
    expect(message(priya, "After it.")).to_contain_text(WAITING)
    line.fate = "lost"
    priya.evaluate("() => { dispatchEvent(new Event('online')); }")
    line.wait_for("PUT lost", 1, priya)
    expect(message(priya, "In the middle")).to_contain_text(WAITING)
    line.mend(priya)
    is_all_sent(priya)
    later = ["A photo that something refused.+zero.jpg"]
    later += ["In the middle of a photo.+one.jpg", "After it."]
    assert said_by(dialogue.priya, dialogue.thread) == [[*texts.values(), *later]]
    # The photo whose answer was lost was asked for, not sent again.
    assert line.sent.count("PUT through") == 1


def test_what_waits_can_be_changed_until_it_leaves_and_keeps_its_place(
    dialogue, marcus, visit, console
):
    maya = opened(visit(dialogue.maya, dialogue.address))
    console.network_is_cut = True
    maya.context.set_offline(True)
    is_cut_off(maya)
    for text in ("One.", "Two.", "Three.", "Four."):
        send(maya, text)
        expect(message(maya, text)).to_contain_text(WAITING)
    expect(row(maya, "Priya Raman")).to_contain_text("Waiting to be sent: Four.")
    message(maya, "Three.").get_by_role("button", name="Delete").click()
    message(maya, "Two.").get_by_role("button", name="Edit").click()
    expect(field(maya)).to_have_value("Two.")
    expect(maya.locator(".pending > .bubble")).to_have_text(["One.", "Four."])
    send(maya, "Two and a half.")
    expect(maya.locator(".pending > .bubble")).to_have_text(["One.", "Two and a half.", "Four."])

    # What has left, perhaps, is in nobody's hand any more.
    line = Line(maya.context)
    line.fate = "lost"
    maya.context.set_offline(False)
    expect(message(maya, "One.").get_by_role("button", name="Edit")).to_have_count(0)
    expect(message(maya, "Four.").get_by_role("button", name="Edit")).to_be_visible()
    line.mend(maya)
    is_all_sent(maya)
    assert said_by(dialogue.maya, dialogue.thread) == [["One.", "Two and a half.", "Four."]]
    expect(row(maya, "Priya Raman").locator(".row-note")).to_have_count(0)


def test_two_tabs_show_and_send_the_same(dialogue, marcus, visit, console):
    one = opened(visit(dialogue.maya, dialogue.address))
    two = one.context.new_page()
    console.listen(two)
    two.goto(dialogue.address)
    opened(two)

    # Drafts: what is written in one tab stands in the other, and nothing is overwritten.
    field(one).fill("Half a thought")
    expect(field(two)).to_have_value("Half a thought")
    field(two).fill("Half a thought, finished")
    expect(field(one)).to_have_value("Half a thought, finished")
    attach(one, photo())
    expect(chip(two, "tap.jpg")).to_be_visible()
    write_at_once((one, {"message-field": "from one"}), (two, {"message-field": "from two"}))
    expect(field(one)).to_have_value(re.compile("from (one|two)\n\nfrom (one|two)"))
    expect(field(two)).to_have_value(field(one).input_value())
    chip(two, "tap.jpg").get_by_role("button", name="Remove").click()
    expect(chip(one, "tap.jpg")).to_have_count(0)
    field(two).fill("")
    expect(field(one)).to_have_value("")

    console.network_is_cut = True
    one.context.set_offline(True)
    for page, text in ((one, "A1"), (two, "B1"), (one, "A2"), (two, "B2")):
        send(page, text)
        for other in (one, two):
            expect(message(other, text)).to_contain_text(WAITING)
    message(two, "A2").get_by_role("button", name="Delete").click()
    for page in (one, two):
        expect(page.locator(".pending > .bubble")).to_have_text(["A1", "B1", "B2"])
    one.context.set_offline(False)
    is_all_sent(one, two)
    for page in (one, two):
        expect(page.locator(".message > .bubble")).to_have_text(["A1", "B1", "B2"])
    assert said_by(dialogue.maya, dialogue.thread) == [["A1", "B1", "B2"]]


def test_an_ended_session_locks_what_waits_until_the_same_person_is_back(dialogue, visit, console):
    maya = opened(visit(dialogue.maya, dialogue.address))
    console.network_is_cut = True
    maya.context.set_offline(True)
    is_cut_off(maya)
    send(maya, "Before I was signed out.")
    expect(message(maya, "Before I was signed out.")).to_contain_text(WAITING)
    field(maya).fill("A draft")
    expect(message(maya, "Before I was")).to_contain_text(WAITING)
    expire_sessions(dialogue.maya)
    maya.context.set_offline(False)
    expect(maya).to_have_url(re.compile("/sign-in"))

    # The next person on the device sees nothing of it and sends nothing of it.
    sign_in(maya, dialogue.priya)
    opened(maya)
    expect(field(maya)).to_have_value("")
    send(maya, "I am Priya.")
    expect(maya.locator(".message:not(.pending) > .bubble")).to_have_text(["I am Priya."])
    maya.goto("about:blank")
    expire_sessions(dialogue.priya)
    maya.goto(f"/sign-in?next={dialogue.address}")
    sign_in(maya, dialogue.maya)
    opened(maya)
    is_all_sent(maya)
    expect(field(maya)).to_have_value("A draft")
    assert said_by(dialogue.maya, dialogue.thread) == [["Before I was signed out."]]
    assert said_by(dialogue.priya, dialogue.thread) == [["I am Priya."]]

    # Who signs out is asked when something waits, and leaves nothing of theirs behind.
    line = Line(maya.context)
    line.fate = "cut"
    send(maya, "Not sent yet.")
    expect(message(maya, "Not sent yet.")).to_contain_text(WAITING)
    asked = []
    maya.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    maya.evaluate("() => document.querySelector('form[action=\"/sign-out\"]').requestSubmit()")
    expect(maya).to_have_url(re.compile("/sign-in$"))
    assert asked == ["A message is still waiting to be sent. Sign out and discard it?"]
    assert maya.evaluate(KEPT) == [f"hallway-{dialogue.priya.id}"]


def test_where_no_page_is_open_the_worker_sends_what_waits(dialogue, visit, console):
    console.network_is_cut = True
    page = opened(has_worker(visit(dialogue.priya, dialogue.address)))
    context = page.context
    context.set_offline(True)
    is_cut_off(page)
    attach(page, photo())
    send(page, "With a photo.")
    send(page, "After it.")
    for text in ("With a photo.", "After it."):
        expect(message(page, text)).to_contain_text(WAITING)
    page.close()
    page = context.new_page()
    context.set_offline(False)
    page.goto("/healthz")
    sync(page)
    wait_until_said(dialogue, [["With a photo.+tap.jpg", "After it."]])
    page.goto(dialogue.address)
    is_all_sent(opened(page))
    assert said_by(dialogue.priya, dialogue.thread) == [["With a photo.+tap.jpg", "After it."]]


def wait_until_said(dialogue, texts: list[list[str]]) -> None:
    end = time.monotonic() + PATIENCE_MS / 1000
    while said_by(dialogue.priya, dialogue.thread) != texts:
        assert time.monotonic() < end, "It was not sent in time"
        time.sleep(0.05)


def test_signed_out_from_another_device_nothing_of_it_is_sent_or_stays(dialogue, visit, console):
    console.network_is_cut = True  # a session that is over is answered with 401
    phone = opened(has_worker(visit(dialogue.maya, dialogue.address)))
    phone.context.set_offline(True)
    is_cut_off(phone)
    attach(phone, photo())
    send(phone, "Never mind.")
    expect(message(phone, "Never mind.")).to_contain_text(WAITING)
    field(phone).fill("A draft")
    wait_until(phone, IS_DRAFT, "A draft")
    sessions.end_all(dialogue.maya)  # as "Sign out everywhere" of another device does
    phone.context.set_offline(False)
    expect(phone).to_have_url(re.compile("/sign-in"))
    wait_until(phone, f"async () => !(await ({KEPT})()).length")
    sign_in(phone, dialogue.maya)
    opened(phone)
    expect(field(phone)).to_have_value("")
    expect(phone.locator(".pending")).to_have_count(0)
    assert said_by(dialogue.maya, dialogue.thread) == [[]]


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (403, "The server didn’t take it."),
        (404, "That conversation is not open to you any more."),
        (413, "The server didn’t take it."),
        (500, "Something broke on our side."),
    ],
)
def test_what_is_refused_says_why_and_what_can_be_done(status, sentence, dialogue, visit, console):
    console.network_is_cut = True
    maya = opened(visit(dialogue.maya, dialogue.address))
    line = Line(maya.context)
    line.fate = status
    send(maya, "Refused.")
    refused = message(maya, "Refused.")
    while status == 500 and len(line.sent) < 5:
        expect(refused).to_contain_text("Trying again soon")
        maya.evaluate("() => { dispatchEvent(new Event('online')); }")
    expect(refused).to_contain_text(f"{sentence}Not sent. Try again or Delete")
    # What comes after it is not held back by it.
    line.mend()
    send(maya, "Goes on.")
    expect(maya.locator(".message:not(.pending) > .bubble")).to_have_text(["Goes on."])
    number = len(line.sent)
    refused.get_by_role("button", name="Edit").click()
    expect(field(maya)).to_have_value("Refused.")
    expect(maya.locator(".pending")).to_have_count(0)
    send(maya, "Mended.")
    is_all_sent(maya)
    assert len(line.sent) == number + 1
    assert said_by(dialogue.maya, dialogue.thread) == [["Goes on.", "Mended."]]


def test_where_there_is_no_room_it_says_so_and_sends_all_the_same(dialogue, visit, console):
    console.network_is_cut = True
    no_room = "This device has no room to keep this. Stay on this page until it is sent."
    for script, text in ((FULL, "The disk is full."), (NOTHING_KEPT, "A private window.")):
        context = visit(dialogue.maya, "/help").context
        context.add_init_script(f"({script})()")
        maya = context.new_page()
        console.listen(maya)
        maya.goto(dialogue.address)
        opened(maya)
        line = Line(context)
        line.fate = "cut"
        attach(maya, photo())
        send(maya, text)
        expect(message(maya, text)).to_contain_text(f"{WAITING} Edit Delete{no_room}")
        send(maya, f"{text} Second.")
        line.mend(maya)
        is_all_sent(maya)
        expect(message(maya, f"{text} Second.")).to_be_visible()
    [said] = said_by(dialogue.maya, dialogue.thread)
    assert said[:2] == ["The disk is full.+tap.jpg", "The disk is full. Second."]
    assert said[2:] == ["A private window.+tap.jpg", "A private window. Second."]


def test_what_an_earlier_release_kept_comes_over(dialogue, marcus, visit, console):
    console.network_is_cut = True  # asked for a file it may have, the server says no
    maya = visit(dialogue.maya, "/help")
    maya.goto("/healthz")
    maya.evaluate(EARLIER, [dialogue.maya.id, dialogue.thread.id, marcus.id])
    maya.goto(dialogue.address)
    opened(maya)
    is_all_sent(maya)
    expect(message(maya, "Old two.")).to_be_visible()
    expect(row(maya, "Marcus Feld")).to_contain_text("Draft: An old draft")
    assert said_by(dialogue.maya, dialogue.thread) == [["Old one.", "Old two.+old.txt"]]
    assert (
        maya.evaluate("() => Object.keys(localStorage).filter((n) => /-\\d+-of-|outbox/.test(n))")
        == []
    )
    assert maya.evaluate(KEPT) == [f"hallway-{dialogue.maya.id}"]


@pytest.fixture
def device(browser: Browser, tmp_path) -> Iterator[Device]:
    made = Device(browser.browser_type, tmp_path / "profile")
    yield made
    made.kill()


def test_a_killed_browser_has_everything_when_it_starts_again(
    dialogue, marcus, house, device: Device
):
    def start() -> tuple[BrowserContext, Page]:
        context = device.start()
        page = context.new_page()
        page.set_viewport_size(PHONE["viewport"])
        form = {"email": dialogue.maya.email, "password": PASSWORD}
        assert context.request.post(f"{house.url}/sign-in", form=form).ok
        return context, page

    context, page = start()
    page.goto(f"{house.url}{dialogue.address}")
    opened(page)
    line = Line(context)
    line.fate = "cut"
    send(page, "First.")
    attach(page, photo("stain.jpg"))
    expect(chip(page, "stain.jpg")).to_contain_text(WAITING)
    send(page, "With a photo.")
    send(page, "Last here.")
    for text in ("First.", "With a photo.", "Last here."):
        expect(message(page, text)).to_contain_text(WAITING)
    page.goto(f"{house.url}/maintenance/new?message={dialogue.thread.id}")
    is_live(page)
    fill_in(page, "Kitchen faucet leaking", "Once a second.", "plumbing")
    attach(page, photo("drip.jpg"), button=PHOTOS)
    expect(chip(page, "drip.jpg")).to_contain_text(WAITING)
    submit(page)
    expect(page.locator(".waiting-request")).to_contain_text(WAITING)
    page.goto(f"{house.url}/threads/{marcus.id}")
    opened(page)
    send(page, "Elsewhere.")
    expect(message(page, "Elsewhere.")).to_contain_text(WAITING)
    attach(page, photo("draft.jpg"))
    field(page).fill("A draft with a photo")
    expect(chip(page, "draft.jpg")).to_contain_text(WAITING)
    wait_until(page, IS_DRAFT, "A draft with a photo")
    device.kill()

    context, page = start()
    page.goto(f"{house.url}/threads/{marcus.id}")
    opened(page)
    is_all_sent(page)
    expect(field(page)).to_have_value("A draft with a photo")
    expect(chip(page, "draft.jpg")).to_contain_text("KB")
    page.goto(f"{house.url}{dialogue.address}")
    opened(page)
    is_all_sent(page)
    expect(message(page, "Last here.")).to_be_visible()
    assert said_by(dialogue.maya, dialogue.thread, marcus) == [
        ["First.", "With a photo.+stain.jpg", "Last here."],
        ["Elsewhere."],
    ]
    assert requests_of(dialogue.maya) == [
        ("Kitchen faucet leaking", "Once a second.", "plumbing", ["drip.jpg"])
    ]
    page.goto(f"{house.url}/maintenance")
    page.get_by_role("link", name="Kitchen faucet leaking", exact=True).click()
    page.get_by_role("link", name="Open conversation").click()
    expect(opened(page).get_by_role("log")).to_contain_text("Priya Raman joined")


class Scribe:
    """Somebody who writes on two tabs while the line, the tabs and the server fail at random.

    Each of `addresses` is a conversation, or the form for requests. `written` is what must arrive,
    in its order, by each of them.
    """

    def __init__(self, page: Page, addresses: list[str], chance: random.Random) -> None:
        self.context = page.context
        self.addresses = addresses
        self.chance = chance
        self.written: list[list[str]] = [[] for _ in addresses]
        self.line = Line(self.context)
        self.tabs = [page, self.context.new_page()]
        self.at = [0, 0]
        # Tabs that have submitted a request, and go to its page by themselves when it is there.
        self.leaving: set[int] = set()
        self.number = 0
        self.story: list[str] = []
        self.visit(0)
        self.go(1, len(addresses) - 1)

    def visit(self, tab: int) -> None:
        self.go(tab, self.chance.randrange(len(self.addresses)))

    def go(self, tab: int, place: int) -> None:
        self.at[tab] = place
        self.story.append(f"tab {tab} goes to {self.addresses[place]}")
        self.tabs[tab].goto(self.addresses[self.at[tab]])
        is_open(self.tabs[tab])

    def is_at_form(self, tab: int) -> bool:
        return self.addresses[self.at[tab]].startswith("/maintenance")

    def words(self, tab: int) -> Locator:
        return title(self.tabs[tab]) if self.is_at_form(tab) else field(self.tabs[tab])

    def write(self, tab: int) -> None:
        self.number += 1
        begin = self.begin_request if self.is_at_form(tab) else self.begin_message
        parts = begin(self.tabs[tab])
        self.finish(tab, parts[0])
        self.written[self.at[tab]].append("+".join(parts))

    def begin_message(self, page: Page) -> list[str]:
        parts = [f"Number {self.number}."]
        field(page).fill(parts[0])
        if self.chance.random() < 0.3:
            parts.append(f"{self.number}.txt")
            attach(page, given(parts[-1], f"words {self.number}".encode(), "text/plain"))
            expect(chip(page, parts[-1])).to_be_visible()
        return parts

    def begin_request(self, page: Page) -> list[str]:
        parts = [f"Number {self.number}.", f"More of {self.number}."]
        parts.append(self.chance.choice(CATEGORIES))
        fill_in(page, *parts)
        if self.chance.random() < 0.5:
            parts.append(f"{self.number}.jpg")
            attach(page, photo(parts[-1]), button=PHOTOS)
            expect(chip(page, parts[-1])).to_be_visible()
        return parts

    def finish(self, tab: int, text: str) -> None:
        """Send what stands in the fields, and read after it was written: its tab may close now."""
        page = self.tabs[tab]
        if self.is_at_form(tab):
            submit(page)
            self.leaving.add(tab)
            shown = page.locator(".waiting-request, .request-page").filter(has_text=text)
            expect(shown).to_be_visible()
            with suppress(PlaywrightError):  # it goes to the page of what has arrived meanwhile
                page.evaluate(NOTHING_WAITS)
        else:
            field(page).press("Enter")
            expect(field(page)).to_have_value("")
            expect(page.get_by_role("article").filter(has_text=text)).to_be_visible()
            page.evaluate(NOTHING_WAITS)

    def change_mind(self, tab: int) -> None:
        """Take back something that has not left, and say it again, in other words."""
        texts = self.tabs[tab].locator(IN_HAND).all_inner_texts()
        if not texts:
            return
        text, words = self.chance.choice(texts), self.words(tab)
        if not self.tabs[tab].evaluate(TAKE_BACK, [text, IN_HAND]):  # it has left in this moment
            expect(words).to_have_value("")
            return
        expect(words).to_have_value(text)
        revised = text.replace("Number", "Revised")
        words.fill(revised)
        self.finish(tab, revised)
        here = self.written[self.at[tab]]
        place = next(n for n, parts in enumerate(here) if parts.split("+")[0] == text)
        here[place] = here[place].replace("Number", "Revised")

    def fail(self, _tab: int) -> None:
        self.line.fate = self.chance.choice(["cut", "lost", "through", "through", 503, 429])
        self.line.at = self.chance.choice([("POST",), ("PUT",), ("POST", "PUT")])

    def offline(self, _tab: int) -> None:
        self.context.set_offline(True)
        self.write(_tab)
        self.context.set_offline(False)

    def look(self, tab: int) -> None:
        """The signal seems to be back."""
        self.tabs[tab].evaluate("() => { dispatchEvent(new Event('online')); }")

    def close(self, tab: int) -> None:
        self.leaving.discard(tab)
        self.tabs[tab].close()
        self.tabs[tab] = self.context.new_page()
        self.visit(tab)

    def live(self, steps: int) -> None:
        acts = [self.write] * 5 + [self.fail] * 3 + [self.look] * 2
        acts += [self.change_mind, self.offline, self.close, self.visit]
        for _ in range(steps):
            act, tab = self.chance.choice(acts), self.chance.randrange(2)
            self.story.append(f"{act.__name__} in tab {tab}, line {self.line.fate}")
            if tab in self.leaving:
                self.close(tab)
            act(tab)

    def rest(self) -> None:
        """Have a good line, and pages that stay where they are."""
        for tab in [*self.leaving]:
            self.close(tab)
        self.line.mend(*self.tabs)


def assert_arrived(said: list[str], written: list[str]) -> None:
    """Everything once and in its order; what was taken back may have been overtaken meanwhile."""
    assert sorted(said) == sorted(written)
    stayed = [text for text in written if not text.startswith("Revised")]
    assert [text for text in said if text in stayed] == stayed
    for text in set(written) - set(stayed):
        earlier = [one for one in written[: written.index(text)] if one in stayed]
        assert [one for one in said[: said.index(text)] if one in stayed][: len(earlier)] == earlier


def is_open(page: Page) -> None:
    """Wait until one can write there, though it may be cut off."""
    expect(page.locator("#log[data-ready], .request-form")).to_be_attached()


def test_whatever_happens_what_arrives_is_what_was_written(dialogue, marcus, visit, console):
    console.network_is_cut = True
    seed = int(os.environ.get("SEED") or random.randrange(10**6))
    page = opened(visit(dialogue.maya, dialogue.address))
    form = f"/maintenance/new?message={dialogue.thread.id}"
    addresses = [dialogue.address, f"/threads/{marcus.id}", form]
    scribe = Scribe(page, addresses, random.Random(seed))
    try:
        scribe.live(40)
        scribe.rest()
        for address in addresses:
            scribe.tabs[0].goto(address)
            is_open(scribe.tabs[0])
            is_all_sent(scribe.tabs[0])
        asked = [
            "+".join([what, more, kind, *names])
            for what, more, kind, names in requests_of(dialogue.maya)
        ]
        said = [*said_by(dialogue.maya, dialogue.thread, marcus), asked]
        for arrived, written in zip(said, scribe.written, strict=True):
            assert_arrived(arrived, written)
    except (AssertionError, PlaywrightError) as error:
        error.add_note("\n".join([f"SEED={seed}", *scribe.story]))
        raise
