"""What the bundler makes runs like the modules it was made of; and so does what minifies it."""

import json

import pytest
from playwright.sync_api import Browser, Page

from blueprints import building
from blueprints.bundling import OF_THE_BROWSER, bundle
from blueprints.esmodules import Module
from tests.servers import ROOT

MODULES = {
    "page": """\
// Names that meet, in every way they may.
import { add, said } from "hallway/a"; // a comment after it
import { add as put, Refused } from "hallway/b";
import "hallway/c";

const retry = "page's own";

/** @param {import("hallway/late").Thing} thing */
async function later() {
  const { show, calls } = await import("hallway/late");
  show();
  return calls;
}

add("one");
put("two");
try {
  throw new Refused("no");
} catch (error) {
  add(error instanceof Refused ? `${retry}: ${error.message}` : "lost");
}
window.done = later().then((calls) => JSON.stringify([...said(), calls()]));
""",
    "a": """\
const all = [];
add("before it is written");

export function add(what) {
  retry(what);
}
function retry(what) {
  all.push(`a ${what}`);
}
export const said = () => all;
export const close = "no business of others";
""",
    "b": """\
import { add as tell } from "hallway/a";

export class Refused extends Error {}
const all = "b";
export function add(what) {
  tell(`from ${all} ${what}`);
}
""",
    "c": """\
import { add } from "hallway/a";

add(typeof close + typeof all);
""",
    "late": """\
import { add } from "hallway/b";
import { said } from "hallway/a";

let count = 0;
export function show() {
  count += 1;
  add({ add: "late" }.add);
}
export const calls = () => count + said().length;
""",
}
SAID = [
    "a before it is written",
    "a functionundefined",
    "a one",
    "a from b two",
    "a page's own: no",
    "a from b late",
    7,
]


@pytest.fixture
def page(browser: Browser):
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("small", [False, True], ids=["as written", "small"])
def test_modules_mean_the_same_in_a_bundle(page: Page, small: bool) -> None:
    scripts = bundle(MODULES, "page")
    if small:
        scripts = {name: building.small("text/javascript", scripts[name]) for name in scripts}
    places = json.dumps({"imports": {f"hallway/{name}": f"/{name}.js" for name in scripts}})
    start = (
        f'<script type="importmap">{places}</script><script type="module" src="/page.js"></script>'
    )
    files = {f"/{name}.js": ("text/javascript", script) for name, script in scripts.items()}
    files["/"] = ("text/html", start)

    def answer(route):
        kind, body = files[route.request.url.removeprefix("http://bundle.example")]
        route.fulfill(content_type=kind, body=body)

    page.route("http://bundle.example/**", answer)
    page.goto("http://bundle.example/")
    page.wait_for_function("() => window.done")
    assert json.loads(page.evaluate("() => window.done")) == SAID


def test_no_export_hides_what_is_the_browsers(page: Page) -> None:
    names = {
        export
        for path in (ROOT / "static/js").rglob("*.js")
        for export in Module(path.stem, path.read_text()).exports
    }
    page.goto("about:blank")
    theirs = set(page.evaluate("(names) => names.filter((name) => name in window)", sorted(names)))
    assert theirs <= OF_THE_BROWSER
