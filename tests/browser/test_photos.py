"""The photo of a person: chosen on a phone, seen by those they write with."""

import io

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Dialogue
from tests.browser.conversation import beside_author, is_live, log, message, opened, row

IS_DRAWN = "(image) => image.complete && image.naturalWidth > 0"


def photo(form: str, name: str) -> dict[str, object]:
    made = io.BytesIO()
    Image.radial_gradient("L").resize((900, 1200)).convert("RGB").save(made, form)
    return {"name": name, "mimeType": f"image/{form.lower()}", "buffer": made.getvalue()}


def is_drawn(image: Locator) -> None:
    expect(image).to_be_visible()
    page: Page = image.page
    page.wait_for_function(IS_DRAWN, arg=image.element_handle())


def test_a_photo_taken_on_a_phone_is_seen_by_who_writes_with_them(
    visit, dialogue: Dialogue
) -> None:
    dialogue.say(dialogue.priya, "Good morning")
    priya = visit(dialogue.priya, "/settings/profile", phone=True)
    is_live(priya)
    with priya.expect_file_chooser() as chooser:
        priya.get_by_text("Take photo").click()
    chooser.value.set_files(photo("HEIF", "me.heic"))
    expect(priya.get_by_text("Your photo is saved.")).to_be_visible()
    is_drawn(priya.locator(".own-photo .avatar img"))

    maya = opened(visit(dialogue.maya, dialogue.address))
    for place in (row(maya, "Priya Raman"), maya.locator(".thread-head"), log(maya)):
        is_drawn(place.locator(".avatar img").first)
    is_drawn(maya.locator("#details .avatar img"))
    # Whose side says the head.
    assert beside_author(message(maya, "Good morning")) == "none"

    with priya.expect_file_chooser() as chooser:
        priya.get_by_text("Change photo").click()
    chooser.value.set_files(photo("PNG", "other.png"))
    expect(priya.get_by_text("Your photo is saved.")).to_be_visible()
    maya.reload()
    is_drawn(log(maya).locator(".avatar img").first)

    priya.get_by_role("button", name="Remove").click()
    expect(priya.get_by_text("Your photo is removed.")).to_be_visible()
    expect(priya.locator(".avatar img")).to_have_count(0)
    opened(maya).reload()
    opened(maya)
    expect(maya.locator(".avatar img")).to_have_count(0)
