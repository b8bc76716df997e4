"""What can be done with a message: by pointer, keyboard and finger."""

import re

from playwright.sync_api import Locator, Page, expect

from tests import factories
from tests.browser.axe import assert_accessible
from tests.browser.conversation import log, message, opened, send

WALKED_TO = "() => document.activeElement.matches('.message')"


def acts(page: Page) -> Locator:
    return page.locator("#message-acts")


def hold(page: Page, target: Locator) -> None:
    """Press long on something with a finger, and lift it."""
    box = target.bounding_box()
    at = {"x": box["x"] + 24, "y": box["y"] + box["height"] / 2}
    finger = page.context.new_cdp_session(page)
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    expect(page.locator("[data-held]")).to_be_attached()
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_at_the_desk_by_pointer_and_by_keyboard(dialogue, visit):
    words = "The faucet drips. About once a second."
    dialogue.say(dialogue.maya, "Good morning, Priya.", 30)
    dialogue.say(dialogue.priya, words, 20)
    dialogue.say(dialogue.priya, "And the light is out.", 2)
    maya = opened(visit(dialogue.maya, dialogue.address))
    maya.context.grant_permissions(["clipboard-read", "clipboard-write"])
    message(maya, words).locator(".bubble").hover()
    expect(acts(maya)).to_be_visible()
    strip, bubble = (
        acts(maya).bounding_box(),
        message(maya, words).locator(".bubble").bounding_box(),
    )
    assert strip["y"] < bubble["y"] < strip["y"] + strip["height"]
    acts(maya).get_by_role("button", name="Copy").click()
    expect(maya.locator(".toast").filter(has_text="Copied.")).to_be_visible()
    assert maya.evaluate("navigator.clipboard.readText()") == words
    assert_accessible(maya)
    maya.get_by_role("textbox", name="Message").hover()
    maya.get_by_role("textbox", name="Message").focus()
    expect(acts(maya)).to_be_hidden()
    # By keyboard: into the log, to its newest message, up, and to what can be done.
    log(maya).focus()
    maya.keyboard.press("Tab")
    maya.wait_for_function(WALKED_TO)
    maya.keyboard.press("ArrowUp")
    expect(message(maya, words)).to_be_focused()
    expect(acts(maya)).to_be_visible()
    maya.keyboard.press("Enter")
    expect(acts(maya).get_by_role("button", name="Copy")).to_be_focused()
    maya.keyboard.press("Escape")
    expect(message(maya, words)).to_be_focused()
    maya.keyboard.press("Enter")
    maya.keyboard.press("ArrowRight")
    maya.keyboard.press("Enter")
    maya.wait_for_url(re.compile(r"/maintenance/new\?message="))
    expect(maya.get_by_label("What needs fixing?")).to_have_value("The faucet drips")
    expect(maya.get_by_label("Tell us more")).to_have_value(words)
    expect(maya.get_by_label("Where is it?")).to_have_value(f"unit:{dialogue.office.unit.id}")
    expect(maya.get_by_role("checkbox", name="Priya Raman")).to_be_checked()
    assert_accessible(maya)


def test_on_a_phone_by_a_tap_and_by_a_long_press(dialogue, visit):
    dialogue.say(dialogue.maya, "Is the heating on?", 20)
    dialogue.say(dialogue.priya, "It is cold.", 10)
    priya = opened(visit(dialogue.priya, dialogue.address, phone=True, color_scheme="dark"))
    bubble = message(priya, "It is cold.").locator(".bubble")
    # Also when it is the first touch, before there is anything to hear it.
    hold(priya, bubble)
    sheet = priya.get_by_role("dialog", name="What to do with this message")
    expect(sheet).to_be_visible()
    priya.touchscreen.tap(200, 200)
    expect(sheet).to_be_hidden()
    bubble.tap()
    expect(acts(priya).get_by_role("link", name="Make a request")).to_be_visible()
    for act in acts(priya).get_by_role("button").or_(acts(priya).get_by_role("link")).all():
        box = act.bounding_box()
        assert min(box["width"], box["height"]) >= 44
    assert_accessible(priya)
    log(priya).tap(position={"x": 20, "y": 20})
    expect(acts(priya)).to_be_hidden()
    hold(priya, bubble)
    expect(sheet).to_be_visible()
    assert sheet.bounding_box()["width"] == 390
    assert_accessible(priya)
    sheet.get_by_role("link", name="Make a request").tap()
    priya.wait_for_url(re.compile(r"/maintenance/new\?message="))
    expect(priya.get_by_label("What needs fixing?")).to_have_value("It is cold")


def test_only_what_may_be_done_is_offered(dialogue, visit):
    looks = factories.member(dialogue.office.account, "Vera Lind", rights=1)
    looks.email, looks.password_hash = f"{looks.id}@people.example", dialogue.maya.password_hash
    looks.save()
    dialogue.say(dialogue.priya, "Nothing to repair.", 5)
    vera = opened(visit(looks, dialogue.address))
    message(vera, "Nothing to repair.").locator(".bubble").hover()
    expect(acts(vera).get_by_role("button", name="Copy")).to_be_visible()
    expect(acts(vera).get_by_role("link")).to_have_count(0)
    maya = opened(visit(dialogue.maya, dialogue.address))
    send(maya, "On its way")
    message(maya, "On its way").locator(".bubble").hover()
    expect(acts(maya)).to_be_visible()
    # The first thing somebody touches may be a message.
    priya = opened(visit(dialogue.priya, dialogue.address, phone=True))
    message(priya, "On its way").locator(".bubble").tap()
    expect(acts(priya)).to_be_visible()
