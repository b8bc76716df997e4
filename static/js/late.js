// What a page may never need is brought when it is in sight, or once somebody does something.
import { tell } from "hallway/events";
import { unfoldAll } from "hallway/folding";
import { isShared } from "hallway/handed";
import { whenInSight } from "hallway/in_sight";
import { mayKeep, whenKept } from "hallway/keeps";
import { lateParts } from "hallway/parts";

const me = document.body.dataset.userId;
/** What waits for what hears of it. */
const WAIT = ["click", "keydown", "submit", "change"];
/** How long, in ms, on a line where nothing seems to come. */
const PATIENCE = 3_000;

/** What a click, a key or a press does here; what is being written, and what waits. */
const handlers = () =>
  Promise.all([import("hallway/touched").then(({ brought }) => brought), lateParts()]);

/** That, and the looks of what comes of it. */
async function ready() {
  await Promise.all([handlers(), dress()]);
  for (const type of WAIT) removeEventListener(type, wait, true);
}

let dressed;

/** The looks of what appears only once somebody does something: menus, dialogs, forms, files. */
function dress() {
  const { lateSheet: href } = document.body.dataset;
  if (!href) return dressed;
  delete document.body.dataset.lateSheet;
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  dressed = new Promise((done) => {
    link.onload = link.onerror = done;
  });
  document.head.append(link);
  return dressed;
}

function touch(event) {
  unfoldAll();
  const coming = ready().catch(() => {});
  if (event?.type === "pointerdown") again(event, coming);
}

// What has just come hears of a finger that is still there, it may be the first long press; and of
// the first tap.
async function again(event, coming) {
  let isThere = true;
  let isTap = false;
  addEventListener("click", () => (isTap = true), { once: true, capture: true });
  for (const type of ["pointerup", "pointercancel"]) {
    addEventListener(type, () => (isThere = false), { once: true, capture: true });
  }
  await coming;
  if (isThere) event.target.dispatchEvent(new PointerEvent("pointerdown", event));
  else if (isTap) tell("tapped", { target: event.target });
}

/** What was done last before anything was there to hear it, as it is done again then, by its kind. */
const waiting = new Map();
let isAgain = false;

/** Of which kind something is, and how to do it again; nothing for what need not wait. */
function redo(event) {
  const { type, target } = event;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return null;
  if (type === "submit") {
    const isHeard = target.matches(".composer, [data-request-act]");
    return isHeard && ["send", () => target.requestSubmit(event.submitter)];
  }
  if (type === "change") return [type, () => target.dispatchEvent(new Event(type, { bubbles: true }))];
  if (type === "click") {
    const element = target.closest?.("a, button, summary");
    return element && [element.type === "submit" ? "send" : type, () => element.click()];
  }
  const sends = event.key === "Enter" && !event.isComposing && event.keyCode !== 229;
  const isField = target.id === "message-field" && !matchMedia("(pointer: coarse)").matches;
  return sends && isField && ["send", () => target.dispatchEvent(new KeyboardEvent(type, event))];
}

// Where nothing comes in time, it does what it does without scripts.
async function wait(event) {
  const [kind, again] = (!isAgain && redo(event)) || [];
  if (!kind) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  waiting.set(kind, again);
  await Promise.race([ready().catch(() => {}), new Promise((done) => setTimeout(done, PATIENCE))]);
  if (waiting.get(kind) !== again) return;
  waiting.delete(kind);
  isAgain = true;
  again();
  isAgain = false;
}

for (const type of WAIT) addEventListener(type, wait, true);
// A pointer may hover over anything at once. Nobody may ever touch what they read on a phone.
if (matchMedia("(any-hover: hover)").matches) touch();
else {
  for (const type of ["pointerdown", "keydown", "focusin"]) {
    addEventListener(type, touch, { once: true, capture: true });
  }
}
whenInSight({
  "#search-field, [data-quoted], .own-photo, .saved-here, .request-form": handlers,
  "dialog[open], .upload": async () => dress(),
  ".home": () => import("hallway/home"),
  "[data-open-link], .request-page, #request-list": () => import("hallway/following"),
  "[data-fills]": () => import("hallway/filling"),
  ".group-form": () => import("hallway/picking"),
  ".share-form": () => lateParts().then(() => import("hallway/sharing")),
  "a[data-directions]": () => import("hallway/directions"),
});
// What waits is shown and sent without a touch; so is what another tab begins to keep.
const look = () => handlers().catch(() => {});
const isAwaited = async () => (await mayKeep(me)) || (globalThis.caches && isShared(me));
isAwaited().then((yes) => yes && look());
whenKept(me, look);
