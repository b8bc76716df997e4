"""What tests of the conversation, and of the form for requests, ask a page."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PATIENCE_MS

SEQS = "() => [...document.querySelectorAll('.message[data-seq]')].map((m) => +m.dataset.seq)"
TITLE_BEGINS = "(count) => (document.title.match(/^\\(\\d+\\+?\\) /)?.[0] ?? '') === count"


def field(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Message")


def title(page: Page) -> Locator:
    return page.get_by_label("What needs fixing?")


def log(page: Page) -> Locator:
    return page.get_by_role("log")


def message(page: Page, text: str) -> Locator:
    return page.get_by_role("article").filter(has_text=text)


def beside_author(message: Locator) -> str:
    """What a stylesheet says beside the name of who wrote it; `none` where it says nothing."""
    said = message.locator(".author > b").evaluate("(b) => getComputedStyle(b, '::after').content")
    return str(said).strip('"')


def row(page: Page, name: str) -> Locator:
    return page.locator("a.thread-row").filter(has_text=name)


def is_live(page: Page) -> None:
    """Wait until the page hears what happens."""
    expect(page.locator("html[data-live]")).to_be_attached()


def is_cut_off(page: Page) -> None:
    expect(page.locator("html:not([data-live])")).to_be_attached()


def opened(page: Page) -> Page:
    """The page, once its log is shown and live."""
    expect(page.locator("#log[data-ready]")).to_be_attached()
    is_live(page)
    return page


def send(page: Page, text: str) -> None:
    field(page).fill(text)
    field(page).press("Enter")


def assert_in_order(page: Page) -> None:
    """Every message once, by its seq."""
    seqs = page.evaluate(SEQS)
    assert seqs == sorted(set(seqs))


def assert_badge(page: Page, number: int) -> None:
    """Wait until the navigation and the title say how much is unread."""
    name = f"Messages, {number} unread" if number else "Messages"
    links = page.get_by_role("navigation", name="Main")
    expect(links.get_by_role("link", name=name, exact=True)).to_be_visible()
    page.wait_for_function(TITLE_BEGINS, arg=f"({number}) " if number else "")


def place_of(page: Page, name: str) -> float:
    """How far below the top of the log the message with these words stands, in px."""
    top = log(page).bounding_box()["y"]
    return message(page, name).bounding_box()["y"] - top


def wait_until(page: Page, asked: str, argument: object = None) -> None:
    """Wait until an async function of JavaScript says yes: `wait_for_function` takes a promise
    for a yes.
    """
    page.evaluate(
        f"""async (argument) => {{
          const asked = {asked};
          const end = performance.now() + {PATIENCE_MS};
          while (!(await asked(argument))) {{
            if (performance.now() > end) throw new Error("It was not so in time");
            await new Promise((again) => setTimeout(again, 50));
          }}
        }}""",
        argument,
    )
