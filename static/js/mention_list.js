// The list of people above the message field: it opens at "@", follows what is typed, and is
// walked with the arrows while the caret stays in the text.
import { leftOf } from "hallway/caret";
import { save } from "hallway/drafts";
import { on } from "hallway/events";
import { begun, choose, fits } from "hallway/mentions";
import { fillWithPeople } from "hallway/people";
import { quietly } from "hallway/requests";

const CARET_MOVES = ["ArrowLeft", "ArrowRight", "Home", "End"];
// Where the "@" stands whose list was closed, or has served.
let done = -1;

const field = () => document.getElementById("message-field");
const popover = () => document.getElementById("mention-popover");
const list = () => document.getElementById("mention-list");
const button = () => document.querySelector(".mention-btn");
const isOpen = () => popover()?.hidden === false;
const shown = () => [...list().querySelectorAll("[role=option]:not([hidden])")];
const active = () => list().querySelector("[aria-selected=true]");

function here() {
  const { value, selectionStart, selectionEnd } = field();
  return selectionStart === selectionEnd ? begun(value.slice(0, selectionStart)) : null;
}

async function follow() {
  // A new "@" may stand where that of the message before stood.
  if (!here()?.typed) done = -1;
  if (!here() || here().start === done) return close();
  await quietly(() => fillWithPeople(list(), field().form));
  // Whoever types on, or goes elsewhere, meanwhile may not want the list any more.
  const at = document.activeElement === field() ? here() : null;
  if (!at || at.start === done) return close();
  for (const option of list().querySelectorAll("[role=option]")) {
    option.hidden = !fits(option.dataset.name, at.typed);
  }
  if (!shown().length) return close();
  open(at);
}

function open(at) {
  popover().hidden = false;
  button().setAttribute("aria-expanded", "true");
  const room = field().offsetWidth - popover().offsetWidth;
  const left = Math.max(0, Math.min(leftOf(field(), at.start), room));
  popover().style.setProperty("--x", `${field().offsetLeft + left}px`);
  const kept = active();
  activate(kept && !kept.hidden ? kept : shown()[0]);
}

function close() {
  if (!isOpen()) return;
  popover().hidden = true;
  button().setAttribute("aria-expanded", "false");
  field().removeAttribute("aria-activedescendant");
  active()?.setAttribute("aria-selected", "false");
}

function activate(option) {
  active()?.setAttribute("aria-selected", "false");
  option.setAttribute("aria-selected", "true");
  field().setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function take(option = active()) {
  const { start } = here();
  const { name, userId } = option.dataset;
  done = start;
  close();
  const after = field().value.slice(field().selectionEnd);
  const words = `@${name}${/^\s/.test(after) ? "" : " "}`;
  field().setRangeText(words, start, field().selectionEnd, "end");
  field().dispatchEvent(new Event("input", { bubbles: true }));
  // The text first: a draft without a word is not kept.
  save();
  choose(field().form.dataset.draft, { id: Number(userId), name });
}

function walk(step) {
  const options = shown();
  activate(options.at((options.indexOf(active()) + step) % options.length));
}

function dismiss() {
  done = here()?.start ?? -1;
  close();
}

function begin() {
  field().focus();
  if (isOpen()) return dismiss();
  const { value, selectionStart, selectionEnd } = field();
  const apart = /\S$/.test(value.slice(0, selectionStart)) ? " @" : "@";
  field().setRangeText(apart, selectionStart, selectionEnd, "end");
  field().dispatchEvent(new Event("input", { bubbles: true }));
}

const keys = {
  ArrowDown: () => walk(1),
  ArrowUp: () => walk(-1),
  Enter: () => take(),
  Tab: () => take(),
  Escape: dismiss,
};

// Before anybody else: Enter would send, Escape would leave the field.
document.addEventListener("keydown", (event) => {
  if (!isOpen() || event.target !== field() || event.isComposing || event.keyCode === 229) return;
  if (event.shiftKey || event.ctrlKey || event.altKey || event.metaKey || !keys[event.key]) return;
  event.preventDefault();
  event.stopPropagation();
  keys[event.key]();
}, true);
on("input", "#message-field", follow);
on("click", "#message-field", follow);
on("keyup", "#message-field", (_field, event) => {
  if (CARET_MOVES.includes(event.key)) follow();
});
on("focusout", "#message-field", close);
// The caret, and the keyboard of a phone, stay where they are.
for (const selector of ["#mention-popover", ".mention-btn"]) {
  on("pointerdown", selector, (_element, event) => event.preventDefault());
}
on("click", "#mention-list [role=option]", take);
on("mousemove", "#mention-list [role=option]", (option) => {
  if (option !== active()) activate(option);
});
on("click", ".mention-btn", begin);
// Somebody may have begun before this was here.
if (document.activeElement === field()) follow();
