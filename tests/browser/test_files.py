"""Every way a file comes into a conversation, what happens to it on the way, and how it is seen."""

import io
import re
import wave
from collections.abc import Callable
from pathlib import Path

import av
import pillow_heif
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from models.message import Attachment
from tests.browser.conversation import field, message, opened, send, wait_until
from tests.browser.devices import IS_DRAFT

pillow_heif.register_heif_opener()

UPLOADS = "**/threads/*/uploads/**"
TRANSFER = """(files) => {
  const transfer = new DataTransfer();
  for (const [name, type, data] of files) {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type }));
  }
  return transfer;
}"""
WOUND = """(video, second) => new Promise((done) => {
  video.onseeked = () => done(video.currentTime);
  video.currentTime = second;
})"""
PLAYED = """(video) => new Promise((done) => {
  video.muted = true;
  const from = video.currentTime;
  video.ontimeupdate = () => video.currentTime > from + 0.3 && done(video.currentTime);
  video.play();
})"""
# What was chosen is on the device: nothing would be lost with the page.
MAY_CLOSE = "async () => dispatchEvent(new Event('beforeunload', { cancelable: true }))"
# Every place in the log that moves by itself, as the browser measures it.
NO_WORKER = """async () => {
  for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
}"""
SHIFTS = """() => {
  window.shifts = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
}"""


def picture(size: tuple[int, int] = (400, 300), form: str = "JPEG", noise: bool = False) -> bytes:
    made = io.BytesIO()
    image = Image.effect_noise(size, 80) if noise else Image.new("RGB", size, (200, 120, 40))
    image.convert("RGB").save(made, form)
    return made.getvalue()


def sound() -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(bytes(128 for _ in range(80_000)))
    return made.getvalue()


def film(form: str, codec: str, seconds: int = 10) -> bytes:
    """A film that is nothing but noise, so that it is as large as its seconds."""
    made = io.BytesIO()
    with av.open(made, "w", form) as container:
        stream = container.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for number in range(seconds * 10):
            picture = Image.effect_noise((320, 240), number % 50 + 1).convert("RGB")
            container.mux(stream.encode(av.VideoFrame.from_image(picture)))
        container.mux(stream.encode())
    return made.getvalue()


def given(name: str, data: bytes, kind: str = "image/jpeg") -> dict[str, object]:
    return {"name": name, "mimeType": kind, "buffer": data}


def photo(name: str = "tap.jpg") -> dict[str, object]:
    return given(name, picture((80, 60)))


def attach(page: Page, *files: dict[str, object], button: str = "Attach files") -> None:
    with page.expect_file_chooser() as chosen:
        page.get_by_role("button", name=button).click()
    chosen.value.set_files(list(files))


def chips(page: Page) -> Locator:
    return page.get_by_role("list", name="Files to send").get_by_role("listitem")


def chip(page: Page, name: str) -> Locator:
    return chips(page).filter(has_text=name)


def handed_over(page: Page, kind: str, target: str, *files: tuple[str, str, bytes]) -> None:
    """Paste or drop files, as the browser tells the page of it."""
    import base64

    data = [[name, type_, base64.b64encode(content).decode()] for name, type_, content in files]
    transfer = page.evaluate_handle(TRANSFER, data)
    if kind == "drop":
        page.dispatch_event(target, "dragover", {"dataTransfer": transfer})
        expect(page.locator(".thread[data-dropping]")).to_be_attached()
        page.dispatch_event(target, "drop", {"dataTransfer": transfer})
    else:
        page.evaluate(
            "([target, clipboardData]) => document.querySelector(target).dispatchEvent("
            "new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))",
            [target, transfer],
        )


class Gate:
    """Holds uploads back until it is opened, and counts them by file."""

    def __init__(self, page: Page) -> None:
        self.waiting: list[Route] = []
        self.puts: list[str] = []
        self.is_open = False
        page.route(UPLOADS, self.pass_on)

    def pass_on(self, route: Route) -> None:
        if route.request.method == "PUT":
            self.puts.append(route.request.url.partition("/uploads/")[2][:36])
            if not self.is_open:
                return self.waiting.append(route)
        return route.continue_()

    def open(self) -> None:
        self.is_open = True
        for route in self.waiting:
            route.continue_()
        self.waiting.clear()

    def cut(self) -> None:
        for route in self.waiting:
            route.abort("internetdisconnected")
        self.waiting.clear()


@pytest.fixture
def maya(dialogue, visit: Callable[..., Page]) -> Page:
    return opened(visit(dialogue.maya, dialogue.address))


@pytest.fixture
def priya(dialogue, visit: Callable[..., Page]) -> Page:
    return opened(visit(dialogue.priya, dialogue.address, phone=True))


def test_chosen_files_go_with_the_text_and_arrive_live(maya, priya):
    attach(
        maya,
        given("tap.jpg", picture()),
        given("lease.txt", b"Twelve months.", "text/plain"),
    )
    expect(chip(maya, "tap.jpg")).to_contain_text("KB")
    expect(maya.get_by_role("status").filter(has_text="2 files attached.")).to_be_attached()
    send(maya, "Both of them.")
    expect(maya.locator(".pending")).to_have_count(0)
    expect(chips(maya)).to_have_count(0)
    for page, who in ((maya, "you"), (priya, "Maya")):
        arrived = message(page, "Both of them.")
        expect(arrived.get_by_role("img", name=re.compile(f"Photo from {who}, "))).to_be_visible()
        expect(arrived.get_by_role("link", name=re.compile("lease.txt"))).to_contain_text("TXT")
    with priya.expect_download() as download:
        message(priya, "Both of them.").get_by_role("link", name=re.compile("lease.txt")).click()
    assert download.value.suggested_filename == "lease.txt"
    assert Path(download.value.path()).read_bytes() == b"Twelve months."


def test_a_photo_alone_has_no_bubble_and_shows_in_list_and_pane(maya, priya):
    attach(priya, given("tap.jpg", picture()))
    expect(chip(priya, "tap.jpg")).to_contain_text("KB")
    priya.get_by_role("button", name="Send", exact=True).tap()
    photo = maya.get_by_role("article").filter(has=maya.locator(".photo"))
    expect(photo.get_by_role("img")).to_be_visible()
    expect(photo.locator(".bubble")).to_have_count(0)
    expect(maya.locator(".row-snippet").first).to_contain_text("Photo")
    pane = maya.get_by_role("complementary", name="Details")
    expect(pane.get_by_role("link", name="See all 1")).to_be_visible()
    expect(pane.locator(".thumbs .photo")).to_have_count(1)


def test_the_camera_of_a_phone(priya, maya):
    camera = priya.locator("#camera-field")
    assert camera.get_attribute("capture") == "environment"
    assert camera.get_attribute("accept") == "image/*"
    attach(priya, given("IMG_1.jpg", picture((4000, 3000), noise=True)), button="Take a photo")
    expect(chip(priya, "IMG_1.jpg")).to_contain_text(re.compile(r"\d MB|KB"))
    priya.get_by_role("button", name="Send", exact=True).tap()
    expect(maya.locator(".photo img")).to_be_visible()
    stored = Attachment.select().order_by(Attachment.id.desc()).get()
    assert (stored.width, stored.height) == (2560, 1920)


def test_a_phone_photo_is_scaled_down_before_it_travels(maya):
    large = picture((4000, 3000), noise=True)
    with maya.expect_request(lambda request: request.method == "PUT") as sent:
        attach(maya, given("IMG_2.jpg", large))
    length = int(sent.value.all_headers()["content-length"])
    assert length < len(large) / 1.5
    expect(chip(maya, "IMG_2.jpg")).to_contain_text("MB")


def test_a_heic_of_a_phone_is_seen_by_everybody(priya, maya):
    attach(priya, given("IMG_1.HEIC", picture((1600, 1200), "HEIF"), "image/heic"))
    expect(chip(priya, "IMG_1")).to_contain_text("KB")
    field(priya).fill("The lock.")
    priya.get_by_role("button", name="Send").click()
    photo = message(maya, "The lock.").locator("img")
    expect(photo).to_have_js_property("complete", True)
    assert photo.evaluate("(image) => image.naturalWidth") == 660
    assert re.search(
        r"/IMG_1\.jpg$", message(maya, "The lock.").locator("a.photo").get_attribute("href")
    )


def test_pasted_and_dropped_files_are_attached(maya):
    handed_over(maya, "paste", "#message-field", ("image.png", "image/png", picture(form="PNG")))
    expect(chip(maya, "image.png")).to_be_visible()
    handed_over(maya, "drop", "#log", ("plan.txt", "text/plain", b"words"))
    expect(chip(maya, "plan.txt")).to_be_visible()
    expect(maya.locator(".thread[data-dropping]")).to_have_count(0)
    expect(field(maya)).to_be_focused()


def test_a_file_dropped_beside_the_conversation_does_not_take_the_page_away(maya):
    data = maya.evaluate_handle(TRANSFER, [["a.txt", "text/plain", "aGk="]])
    for kind in ("dragover", "drop"):
        prevented = maya.evaluate(
            "([kind, data]) => !document.querySelector('.app-header').dispatchEvent("
            "new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }))",
            [kind, data],
        )
        assert prevented
    expect(chips(maya)).to_have_count(0)


def test_the_keyboard_attaches(maya):
    # Only once the browser knows that choosers are awaited does none get lost.
    maya.on("filechooser", lambda _: None)
    field(maya).click()
    with maya.expect_file_chooser() as chosen:
        maya.keyboard.press("Control+u")
    chosen.value.set_files([given("key.txt", b"words", "text/plain")])
    expect(chip(maya, "key.txt")).to_be_visible()


def test_progress_is_shown_and_a_message_waits_for_its_files(maya, priya):
    gate = Gate(maya)
    attach(maya, given("film.mp4", b"\0\0\0\x18ftypmp42" + bytes(400_000), "video/mp4"))
    expect(chip(maya, "film.mp4")).to_contain_text(re.compile(r"Uploading, \d+%"))
    bar = chip(maya, "film.mp4").get_by_role("progressbar", name="film.mp4")
    expect(bar).to_be_visible()
    send(maya, "A film.")
    waiting = message(maya, "A film.")
    expect(waiting).to_contain_text(re.compile(r"Uploading, \d+%"))
    expect(chips(maya)).to_have_count(0)
    send(maya, "And a word.")
    expect(message(maya, "And a word.")).to_contain_text("Waiting for its turn")
    gate.open()
    expect(message(priya, "A film.").locator("video")).to_be_visible()
    expect(maya.locator(".pending")).to_have_count(0)
    expect(priya.locator(".message > .bubble")).to_have_text(["A film.", "And a word."])
    assert len(set(gate.puts)) == 1


def test_cancel_takes_a_file_back_in_the_middle(maya, dialogue):
    gate = Gate(maya)
    attach(maya, given("a.txt", b"one", "text/plain"), given("b.txt", b"two", "text/plain"))
    chip(maya, "a.txt").get_by_role("button", name="Remove a.txt").click()
    expect(chips(maya)).to_have_count(1)
    expect(field(maya)).to_be_focused()
    gate.open()
    expect(chip(maya, "b.txt")).to_contain_text("KB")
    send(maya, "Only b.")
    expect(message(maya, "Only b.").locator(".file")).to_have_count(1)
    expect(maya.locator(".pending")).to_have_count(0)


def test_cancelled_message_comes_back_with_text_and_files(maya):
    gate = Gate(maya)
    attach(maya, given("a.txt", b"one", "text/plain"))
    send(maya, "Too early.")
    field(maya).fill("Something else.")
    message(maya, "Too early.").get_by_role("button", name="Cancel").click()
    expect(field(maya)).to_have_value("Too early.\n\nSomething else.")
    expect(chip(maya, "a.txt")).to_be_visible()
    expect(maya.locator(".pending")).to_have_count(0)
    gate.open()
    expect(chip(maya, "a.txt")).to_contain_text("KB")


def test_after_a_cut_in_the_middle_the_file_goes_on_by_itself(maya, priya, console):
    console.network_is_cut = True
    gate = Gate(maya)
    attach(maya, given("a.txt", b"one", "text/plain"))
    send(maya, "Through the tunnel.")
    maya.context.set_offline(True)
    gate.cut()
    expect(message(maya, "Through the tunnel.")).to_contain_text("Waiting for connection")
    gate.open()
    maya.context.set_offline(False)
    expect(message(priya, "Through the tunnel.").locator(".file")).to_be_visible()
    expect(maya.locator(".pending")).to_have_count(0)
    assert len(set(gate.puts)) == 1


def test_a_file_whose_answer_was_lost_is_not_uploaded_twice(maya, priya, console):
    console.network_is_cut = True
    stored = []

    def lose_the_answer(route: Route) -> None:
        if route.request.method != "PUT":
            return route.continue_()
        stored.append(route.fetch().json()["id"])
        return route.abort()

    maya.route(UPLOADS, lose_the_answer)
    attach(maya, given("a.txt", b"one", "text/plain"))
    expect(chip(maya, "a.txt")).to_contain_text("KB")
    send(maya, "Once.")
    expect(message(priya, "Once.").locator(f'.file[href^="/files/{stored[0]}/"]')).to_be_visible()
    assert len(stored) == 1


def test_after_a_reload_an_upload_goes_on(maya, priya, console):
    console.network_is_cut = True
    gate = Gate(maya)
    attach(maya, given("a.txt", b"one", "text/plain"), given("b.txt", b"two", "text/plain"))
    send(maya, "First.")
    attach(maya, given("tap.jpg", picture()))
    field(maya).fill("A draft.")
    wait_until(maya, IS_DRAFT, "A draft.")
    wait_until(maya, MAY_CLOSE)
    maya.reload()
    gate.is_open = True
    opened(maya)
    expect(message(priya, "First.").locator(".file")).to_have_count(2)
    expect(chip(maya, "tap.jpg")).to_contain_text("KB")
    expect(field(maya)).to_have_value("A draft.")


def test_a_wrong_kind_is_named_and_the_rest_stays(maya, console):
    console.network_is_cut = True  # the browser logs every refusal
    attach(
        maya,
        given("tool.exe", b"MZ\0\1", "application/octet-stream"),
        given("fine.txt", b"words", "text/plain"),
    )
    wrong = chip(maya, "tool.exe")
    expect(wrong).to_contain_text("This kind of file can't be sent. Try a photo or PDF.")
    expect(wrong.get_by_role("button", name="Retry tool.exe")).to_have_count(0)
    send(maya, "With words.")
    told = maya.get_by_role("alert").filter(has_text="tool.exe can’t go along. Remove it to send")
    expect(told).to_be_visible()
    expect(field(maya)).to_have_value("With words.")
    wrong.get_by_role("button", name="Remove tool.exe").click()
    field(maya).press("Enter")
    expect(message(maya, "With words.").locator(".file")).to_have_count(1)


def test_a_file_turned_down_after_send_brings_the_message_back(maya, console):
    console.network_is_cut = True
    gate = Gate(maya)
    attach(maya, given("tool.exe", b"MZ\0\1", "application/octet-stream"))
    send(maya, "With words.")
    expect(maya.locator(".pending")).to_have_count(1)
    gate.open()
    expect(field(maya)).to_have_value("With words.")
    expect(chip(maya, "tool.exe")).to_contain_text("This kind of file can't be sent")
    expect(maya.locator(".pending")).to_have_count(0)


def test_too_big_and_empty_files_are_told_before_they_travel(maya):
    requests = []
    maya.on("request", lambda request: requests.append(request.method))
    maya.locator("form.composer").evaluate("(form) => { form.dataset.maxMb = 1; }")
    attach(
        maya,
        given("drip-test.mp4", bytes((1 << 20) + 1), "video/mp4"),
        given("nothing.txt", b"", "text/plain"),
    )
    expect(chip(maya, "drip-test.mp4")).to_contain_text("drip-test.mp4 is 2 MB. The limit is 1 MB.")
    expect(chip(maya, "nothing.txt")).to_contain_text("nothing.txt is empty.")
    send(maya, "Neither.")
    told = maya.get_by_role("alert").filter(has_text="2 files can’t go along. Remove them to send")
    expect(told).to_be_visible()
    assert "PUT" not in requests


def test_more_than_ten_are_left_out_in_words(maya):
    attach(maya, *(given(f"{n}.txt", b"words", "text/plain") for n in range(12)))
    expect(chips(maya)).to_have_count(10)
    expect(maya.get_by_role("alert").filter(has_text="at most 10 files")).to_contain_text(
        "2 left out"
    )
    expect(maya.get_by_role("status").filter(has_text="10 files attached.")).to_be_attached()
    send(maya, "Ten.")
    expect(message(maya, "Ten.").locator(".file")).to_have_count(10)


def test_the_viewer_by_keyboard(maya):
    attach(maya, *(given(f"{n}.jpg", picture((600 + n, 400))) for n in range(6)))
    expect(maya.get_by_role("status").filter(has_text="6 files attached.")).to_be_attached()
    send(maya, "Six.")
    photos = message(maya, "Six.").locator(".photo")
    expect(photos).to_have_count(4)
    expect(photos.last).to_have_attribute("data-more", "+2")
    expect(maya.locator(".pending")).to_have_count(0)
    photos.first.focus()
    maya.keyboard.press("Enter")
    viewer = maya.get_by_role("dialog")
    expect(viewer).to_contain_text("1 of 6")
    expect(viewer.get_by_role("button", name="Close")).to_be_focused()
    maya.keyboard.press("ArrowLeft")
    expect(viewer).to_contain_text("1 of 6")
    for _ in range(5):
        maya.keyboard.press("ArrowRight")
    expect(viewer).to_contain_text("6 of 6")
    expect(viewer.get_by_role("link", name="Download")).to_have_attribute(
        "href", re.compile(r"/5\.jpg$")
    )
    expect(viewer.get_by_role("img")).to_be_visible()
    for _ in range(6):
        maya.keyboard.press("Tab")
        assert maya.evaluate(
            "() => document.activeElement === document.body || "
            "document.querySelector('.viewer').contains(document.activeElement)"
        )
    maya.keyboard.press("Escape")
    expect(viewer).to_have_count(0)
    expect(photos.first).to_be_focused()


def test_sound_plays_and_seeks(maya):
    attach(maya, given("drip.wav", sound(), "audio/wav"))
    expect(chip(maya, "drip.wav")).to_contain_text("KB")
    send(maya, "Listen.")
    audio = message(maya, "Listen.").locator("audio")
    expect(audio).to_be_visible()
    expect(maya.locator(".pending")).to_have_count(0)
    assert round(audio.evaluate(WOUND, 8)) == 8
    assert audio.evaluate("(audio) => Math.round(audio.duration)") == 10


@pytest.mark.parametrize(
    ("name", "kind", "form", "codec", "box"),
    [
        ("leak.mp4", "video/mp4", "mp4", "libx264", [320, 240]),
        ("leak.webm", "video/webm", "webm", "libvpx", [330, 186]),
    ],
)
def test_a_film_plays_and_is_wound_in_ranges(name, kind, form, codec, box, maya, priya):
    made = film(form, codec)
    ranges = []
    priya.on("request", lambda request: "/files/" in request.url and ranges.append(request))
    attach(maya, given(name, made, kind))
    expect(chip(maya, name)).to_contain_text(re.compile("[KM]B"))
    send(maya, "Look at this.")
    video = message(priya, "Look at this.").locator("video")
    expect(video).to_be_visible()
    assert video.evaluate(WOUND, 8) == pytest.approx(8, abs=0.2)
    assert video.evaluate("(video) => Math.round(video.duration)") == 10
    assert video.evaluate("(video) => [video.videoWidth, video.videoHeight]") == [320, 240]
    assert video.evaluate(PLAYED) > 8
    shown = message(maya, "Look at this.").locator("video").bounding_box()
    assert [shown["width"], shown["height"]] == box
    assert ranges
    assert all(one.headers.get("range", "").startswith("bytes=") for one in ranges)


def test_nothing_jumps_while_pictures_load(dialogue, visit, maya):
    for size in ((400, 300), (300, 400), (900, 200), (50, 50)):
        attach(maya, given("tap.jpg", picture(size)))
        expect(chip(maya, "tap.jpg")).to_contain_text("KB")
        send(maya, f"{size}")
        expect(maya.locator(".pending")).to_have_count(0)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    for phone in (False, True):
        page = visit(dialogue.priya, "/help", phone=phone)
        # What the worker of a page asks for cannot be held up here.
        page.evaluate(NO_WORKER)
        page.add_init_script("delete Navigator.prototype.serviceWorker")
        page.route("**/thumbnail", hold)
        page.goto(dialogue.address)
        page.evaluate(SHIFTS)
        opened(page)
        frames = page.locator("#log .photo")
        expect(frames).to_have_count(4)
        before = [box.bounding_box() for box in frames.all()]
        expect(page.get_by_role("log")).to_be_visible()
        page.wait_for_function("() => document.fonts.status === 'loaded'")
        assert held
        for route in held:
            route.continue_()
        held.clear()
        page.wait_for_function(
            "() => [...document.querySelectorAll('#log .photo img')].every((i) => i.naturalWidth)"
        )
        assert [box.bounding_box() for box in frames.all()] == before
        assert page.evaluate("() => window.shifts") < 0.01


def test_without_script_the_form_sends_files(dialogue, visit):
    page = visit(dialogue.priya, dialogue.address, java_script_enabled=False)
    page.locator("#files-field").set_input_files([given("tap.jpg", picture())])
    page.get_by_role("textbox", name="Message").fill("By hand.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("article").filter(has_text="By hand.").locator("img")).to_be_attached()


def test_the_gallery_opens_from_the_pane(maya, visit):
    attach(maya, given("tap.jpg", picture()), given("lease.txt", b"words", "text/plain"))
    expect(maya.get_by_role("status").filter(has_text="2 files attached.")).to_be_attached()
    send(maya, "Both.")
    maya.get_by_role("link", name="See all 2").click()
    expect(maya.get_by_role("heading", level=1)).to_have_text("Files with Priya Raman")
    expect(maya.get_by_role("link", name=re.compile("lease.txt"))).to_be_visible()
    maya.locator(".gallery .photo").click()
    expect(maya.get_by_role("dialog").get_by_role("img")).to_be_visible()
    maya.keyboard.press("Escape")
    maya.get_by_role("link", name="Back to the conversation").click()
    expect(message(maya, "Both.")).to_be_visible()
