// Shortcuts for a keyboard. Single letters only where nobody can be typing.
import { closeDrawer, toggle } from "hallway/details";
import { openDialog } from "hallway/dialogs";
import { on, tell } from "hallway/events";
import { toggleMute, toggleRead } from "hallway/marks";
import { lateParts, part } from "hallway/parts";
import { focusSearch } from "hallway/to_search";

const rows = () => [...document.querySelectorAll("#rows .thread-row")];
const isUnread = (row) => row.classList.contains("unread");

function openNext(step, wanted) {
  const all = rows();
  const at = all.findIndex((row) => row.hasAttribute("aria-current"));
  const start = at < 0 && step < 0 ? all.length : at;
  for (let n = start + step; n >= 0 && n < all.length; n += step) {
    if (wanted(all[n])) return all[n].click();
  }
}

function walk(event, step) {
  const all = rows();
  const next = all[all.indexOf(event.target) + step];
  if (next) next.focus();
  event.preventDefault();
}

async function showKeys() {
  await lateParts();
  openDialog(document.getElementById("shortcuts") ?? document.body.appendChild(part("shortcuts")));
}

const letters = {
  "/": focusSearch,
  "?": () => (showKeys().catch(() => {}), true),
  c: focusSearch,
  m: toggleMute,
  e: toggleRead,
  i: () => (document.getElementById("details") ? (toggle(), true) : false),
};

function withAlt(event) {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!step || !rows().length) return false;
  openNext(step, event.shiftKey ? isUnread : () => true);
  return true;
}

function escape() {
  if (document.querySelector("dialog[open], :popover-open")) return false;
  if (closeDrawer()) return true;
  const field = document.activeElement;
  if (!field?.matches("textarea, input")) return false;
  field.blur();
  return true;
}

// In a text End goes to the end of the line; in an empty field, or elsewhere, to the newest.
function toNewest(event) {
  const field = event.target.matches("textarea, input, select") ? event.target : null;
  if (field?.value || !document.getElementById("log")) return false;
  tell("jump");
  return true;
}

const isSearchKey = (event) =>
  (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";

// On the window: what the document hears goes first.
addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || !(event.target instanceof Element)) return;
  const typing = event.target.matches("textarea, input, select, [contenteditable]");
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  const modal = document.querySelector("dialog[open]");
  let done = false;
  if (event.altKey && !event.ctrlKey && !event.metaKey && !modal) done = withAlt(event);
  else if (isSearchKey(event) && !modal) done = focusSearch();
  else if (plain && event.key === "Escape") done = escape();
  else if (plain && event.key === "End" && !event.shiftKey && !modal) done = toNewest(event);
  else if (plain && !typing && !modal) done = letters[event.key.toLowerCase()]?.() ?? false;
  if (done) event.preventDefault();
});
on("keydown", "#rows .thread-row", (_row, event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "ArrowDown") walk(event, 1);
  if (event.key === "ArrowUp") walk(event, -1);
});
