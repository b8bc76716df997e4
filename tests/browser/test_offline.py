"""Without signal: what a device shows by itself, at once, and what it does not show any more."""

import re
import signal

import pytest
from playwright.sync_api import Page, expect

from models import posting
from models.database import transaction
from tests import factories
from tests.browser.conversation import (
    field,
    is_cut_off,
    is_live,
    log,
    message,
    opened,
    row,
    wait_until,
)
from tests.browser.test_files import picture

IN_CHARGE = """() => navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller
  || new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done)))
  .then(() => true)"""
SAVED = """async (end) => {
  for (const name of await caches.keys()) {
    const keys = await (await caches.open(name)).keys();
    if (keys.some(({ url }) => url.endsWith(end))) return true;
  }
  return false;
}"""
SAYS_NOTHING_OF = """async (words) => {
  for (const name of await caches.keys()) {
    for (const kept of await (await caches.open(name)).matchAll()) {
      if ((await kept.text()).includes(words)) return false;
    }
  }
  return true;
}"""
SHARE = """(fields) => {
  // As the system does it: a form is posted, and the page it leads to is shown.
  const form = document.createElement("form");
  form.method = "post";
  form.action = "/share";
  form.enctype = "multipart/form-data";
  for (const [name, value] of Object.entries(fields)) {
    const field = document.createElement("input");
    field.name = name;
    if (name === "files") {
      const files = new DataTransfer();
      const bytes = Uint8Array.from(atob(value), (letter) => letter.charCodeAt());
      files.items.add(new File([bytes], "leak.png", { type: "image/png" }));
      field.type = "file";
      field.files = files.files;
    } else field.value = value;
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}"""
DOT = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5E"
    "rkJggg=="
)
# The last one of its kind, as if it had never been seen.
FORGET = """async (end) => {
  const name = (await caches.keys()).find((one) => one.startsWith("hallway-photos-"));
  const cache = await caches.open(name);
  const keys = (await cache.keys()).filter(({ url }) => url.endsWith(end));
  const number = ({ url }) => Number(/(\\d+)\\/thumbnail/.exec(url)[1]);
  keys.sort((one, other) => number(one) - number(other));
  await cache.delete(keys.at(-1));
}"""
NOTE = """async ([what, at]) => {
  const name = (await caches.keys()).find((one) => one.startsWith("hallway-notes-"));
  const headers = { "X-Saved-At": String(at) };
  await (await caches.open(name)).put(`/saved/${what}`, new Response("", { headers }));
}"""
DAY = 86_400_000


def has_worker(page: Page) -> Page:
    """The page, once it is live and its worker stands between it and the server."""
    is_live(page)
    page.evaluate(IN_CHARGE)
    return page


def is_saved(page: Page, end: str) -> None:
    """Wait until something is kept on the device whose key ends so."""
    wait_until(page, SAVED, end)


def is_dropped(page: Page, end: str) -> None:
    wait_until(page, f"async (end) => !(await ({SAVED})(end))", end)


def thread_of(dialogue) -> str:
    return f"/saved/threads/{dialogue.thread.id}"


@pytest.fixture
def server(house, console):
    """The server, to be stopped as a basement does; it is there again at the end."""
    console.network_is_cut = True
    yield house
    if not house.answers():
        house.start()


def test_what_was_seen_opens_without_a_server_and_catches_up_when_it_is_back(
    dialogue, visit, server
):
    dialogue.say(dialogue.priya, "The tap drips.", minutes_ago=5)
    maya = has_worker(visit(dialogue.maya, "/messages?channel=tenants", phone=True))
    is_saved(maya, "/lists/tenants")
    row(maya, "Priya Raman").tap()
    is_saved(maya, thread_of(dialogue))
    # What comes while the page is open is saved too, and so is that it was read.
    priya = opened(visit(dialogue.priya, dialogue.address))
    priya.get_by_role("textbox", name="Message").fill("Now it pours.")
    priya.keyboard.press("Enter")
    expect(message(maya, "Now it pours.")).to_be_visible()
    expect(priya.get_by_text("Seen")).to_be_visible()
    server.stop()
    is_cut_off(maya)

    # Closed and opened again, as an app.
    again = maya.context.new_page()
    maya.close()
    maya = again
    maya.goto("/messages")
    expect(row(maya, "Priya Raman")).to_contain_text("Now it pours.")
    expect(maya.get_by_role("alert").filter(has_text="Offline")).to_be_visible()
    row(maya, "Priya Raman").tap()
    expect(message(maya, "Now it pours.")).to_be_visible()
    expect(maya.locator(".new-line")).to_have_count(0)
    expect(maya.locator("#thread-sub")).to_contain_text("Last updated")
    maya.go_back()
    expect(row(maya, "Priya Raman")).to_be_visible()
    maya.goto(dialogue.address)
    expect(message(maya, "Now it pours.")).to_be_visible()
    expect(maya).to_have_title("Priya Raman · Hallway")
    maya.evaluate("() => { window.never = 'reloaded'; }")

    dialogue.say(dialogue.priya, "I am in the cellar.")
    server.start()
    expect(message(maya, "I am in the cellar.")).to_be_visible()
    expect(maya.locator(".new-line + .message")).to_contain_text("I am in the cellar.")
    expect(maya.locator("#thread-sub")).not_to_contain_text("Last updated")
    expect(maya.locator("[data-saved]")).to_have_count(0)
    assert maya.evaluate("() => window.never") == "reloaded"


def test_it_opens_at_once_while_the_server_is_still_thinking(dialogue, visit, server):
    dialogue.say(dialogue.priya, "The tap drips.")
    maya = opened(has_worker(visit(dialogue.maya, dialogue.address, phone=True)))
    is_saved(maya, thread_of(dialogue))
    is_saved(maya, "/lists/tenants")
    server.process.send_signal(signal.SIGSTOP)
    try:
        maya.reload()
        expect(message(maya, "The tap drips.")).to_be_visible()
        expect(log(maya)).to_have_attribute("data-saved", re.compile("T"))
    finally:
        server.process.send_signal(signal.SIGCONT)
    expect(log(maya)).not_to_have_attribute("data-saved", re.compile("T"))


def test_a_photo_that_was_seen_is_there_and_another_one_says_that_it_is_not(
    dialogue, visit, server
):
    priya = opened(visit(dialogue.priya, dialogue.address))
    for name in ("sink.jpg", "leak.jpg"):
        file = {"name": name, "mimeType": "image/jpeg", "buffer": picture()}
        priya.locator("#files-field").set_input_files(file)
        expect(priya.get_by_role("list", name="Files to send")).to_contain_text("KB")
        priya.get_by_role("button", name="Send", exact=True).click()
        expect(priya.locator(".message.pending")).to_have_count(0)
    maya = opened(has_worker(visit(dialogue.maya, dialogue.address, phone=True)))
    maya.reload()
    opened(maya)
    photos = maya.locator("#log .photo > img")
    expect(photos).to_have_count(2)
    for number in (0, 1):
        is_saved(maya, photos.nth(number).get_attribute("src"))
    maya.goto("/settings/devices")
    here = maya.get_by_role("region", name="Saved on this device")
    expect(here).to_contain_text(re.compile(r"conversations? and 2 pictures open here"))
    forgotten = photos.nth(1)
    server.stop()
    maya.evaluate(FORGET, "thumbnail")
    maya.goto(dialogue.address)
    expect(photos).to_have_count(2)
    assert photos.nth(0).evaluate("(image) => image.decode().then(() => image.naturalWidth > 0)")
    expect(maya.locator("#log .photo > .icon")).to_have_count(1)
    server.start()
    expect(maya.locator("#log .photo > .icon")).to_have_count(0)
    assert forgotten.evaluate("(image) => image.naturalWidth > 0")


def test_a_full_device_says_so_and_works_on(dialogue, visit, server):
    dialogue.say(dialogue.priya, "The tap drips.")
    maya = has_worker(visit(dialogue.maya, "/messages?channel=tenants"))
    is_saved(maya, "/lists/tenants")
    session = maya.context.new_cdp_session(maya)
    quota = {"origin": server.url, "quotaSize": 1}
    session.send("Storage.overrideQuotaForOrigin", quota)
    row(maya, "Priya Raman").click()
    expect(maya.get_by_role("alert").filter(has_text="This device is full.")).to_be_visible()
    expect(message(maya, "The tap drips.")).to_be_visible()
    maya.reload()
    expect(message(opened(maya), "The tap drips.")).to_be_visible()


def test_the_way_back_from_the_only_conversation_ever_seen_leads_to_the_list(
    dialogue, visit, server
):
    """As after the link in a mail, in the last seconds before the lift."""
    dialogue.say(dialogue.priya, "The tap drips.")
    maya = opened(has_worker(visit(dialogue.maya, dialogue.address, phone=True)))
    is_saved(maya, thread_of(dialogue))
    server.stop()
    is_cut_off(maya)
    maya.get_by_role("link", name="Back to conversations").tap()
    expect(row(maya, "Priya Raman")).to_contain_text("The tap drips.")
    expect(maya).to_have_url(re.compile("/messages"))
    maya.reload()
    expect(row(maya, "Priya Raman")).to_be_visible()
    expect(maya).to_have_title("Messages · Hallway")
    maya.goto("/messages")
    row(maya, "Priya Raman").tap()
    expect(message(maya, "The tap drips.")).to_be_visible()


def test_a_page_that_was_never_seen_says_so_in_words(dialogue, visit, server):
    priya = has_worker(visit(dialogue.priya, "/messages", phone=True))
    server.stop()
    priya.goto("/search")
    expect(priya.get_by_role("heading", name="You're offline")).to_be_visible()
    server.start()
    priya.get_by_role("link", name="Try again").tap()
    expect(priya.get_by_role("combobox")).to_be_visible()


@pytest.mark.parametrize("is_short", [False, True], ids=["a contact", "a short one"])
def test_what_was_revoked_goes_at_the_next_contact(is_short, dialogue, visit, server):
    place = factories.property_of(dialogue.office.account, "88 Quay Rd")
    with transaction():
        marcus = factories.contact(
            dialogue.office.account, "Marcus Feld", home=factories.unit(place)
        )
    kept = factories.dialogue_of(marcus)
    dialogue.say(dialogue.priya, "A secret.")
    secret = factories.say(marcus.user, kept, "The code is 1234.")
    maya = has_worker(visit(dialogue.maya, "/messages?channel=tenants"))
    for address in (dialogue.address, f"/threads/{kept.id}"):
        maya.goto(address)
        is_saved(opened(maya), address.replace("/threads", "/saved/threads"))
    maya.goto("/help")
    maya.context.set_offline(True)
    is_cut_off(maya)
    # One conversation is taken away, a message of the other is deleted.
    factories.set_list(factories.tie_of(dialogue.maya, dialogue.office.account), [place])
    posting.delete_message(marcus.user, kept.id, secret.id)
    with maya.expect_response("**/badge"):
        maya.context.set_offline(False)
    if is_short:
        maya.goto("/healthz")  # with a page that asks for nothing
    else:
        is_live(maya)
    is_dropped(maya, thread_of(dialogue))
    wait_until(maya, SAYS_NOTHING_OF, "A secret.")
    wait_until(maya, SAYS_NOTHING_OF, "The code is 1234.")


def test_after_seven_days_without_contact_saved_pages_stay_closed(dialogue, visit, server):
    dialogue.say(dialogue.priya, "The tap drips.")
    maya = opened(has_worker(visit(dialogue.maya, dialogue.address, phone=True)))
    is_saved(maya, thread_of(dialogue))
    is_saved(maya, "/lists/tenants")
    now = maya.evaluate("() => Date.now()")
    server.stop()
    is_cut_off(maya)
    maya.goto("/help")
    maya.evaluate(NOTE, ["contact", now - 6 * DAY])
    maya.goto(dialogue.address)
    expect(message(maya, "The tap drips.")).to_be_visible()
    maya.evaluate(NOTE, ["contact", now - 8 * DAY])
    maya.goto(dialogue.address)
    expect(maya.get_by_role("heading", name="Saved conversations are closed")).to_be_visible()
    is_dropped(maya, thread_of(dialogue))
    # What is shared meanwhile waits like everything that is written.
    with maya.expect_navigation():
        maya.evaluate(SHARE, {"text": "Look at this", "url": "", "files": DOT})
    expect(maya.get_by_role("heading", name="Saved conversations are closed")).to_be_visible()
    server.start()
    maya.get_by_role("link", name="Try again").tap()
    row(maya, "Priya Raman").tap()
    expect(message(maya, "The tap drips.")).to_be_visible()
    expect(field(maya)).to_have_value("Look at this")


def test_what_another_app_shares_lands_in_the_conversation_that_is_chosen(dialogue, visit, server):
    dialogue.say(dialogue.priya, "Which tap?")
    maya = has_worker(visit(dialogue.maya, "/messages?channel=tenants", phone=True))
    is_saved(maya, "/lists/tenants")
    row(maya, "Priya Raman").tap()
    is_saved(maya, thread_of(dialogue))
    maya.go_back()
    server.stop()
    is_cut_off(maya)
    maya.evaluate(SHARE, {"text": "Look at this", "url": "", "files": DOT})
    card = maya.get_by_role("status").filter(has_text="Choose a conversation")
    expect(card).to_contain_text("1 photo to send.")
    row(maya, "Priya Raman").tap()
    expect(maya.get_by_role("textbox", name="Message")).to_have_value("Look at this")
    expect(maya.get_by_role("list", name="Files to send")).to_contain_text("leak.png")
    maya.go_back()
    expect(row(maya, "Priya Raman")).to_contain_text("Draft: Look at this")
    expect(card).to_have_count(0)
    # And it is not there once more.
    maya.reload()
    expect(row(maya, "Priya Raman")).to_be_visible()
    expect(card).to_have_count(0)
