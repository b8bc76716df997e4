// The results of a search under the keyboard: a combobox, its list, and the way back to them.
import { hear, on } from "hallway/events";
import { openThread } from "hallway/navigation";
import { clear, field, isLooking, look, results } from "hallway/searching";

const touch = matchMedia("(pointer: coarse)");
const STEPS = { ArrowDown: 1, ArrowUp: -1 };
let left = null;
let returning = false;

const options = () => [...(results()?.querySelectorAll("[role=option]") ?? [])];
const active = () => results()?.querySelector("[role=option][aria-selected=true]");

/** With script the field commands a list; without it is a plain form. */
function dress() {
  const input = field();
  if (!input) return;
  const list = document.getElementById("search-list");
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", String(Boolean(list)));
  if (list) input.setAttribute("aria-controls", list.id);
  else input.removeAttribute("aria-controls");
  if (!active()) input.removeAttribute("aria-activedescendant");
}

function choose(option) {
  active()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  dress();
  if (!option) return;
  field().setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function walk(key) {
  const all = options();
  const at = all.indexOf(active());
  if (key === "Home" || key === "End") {
    // Until one walks in the list these keys belong to the text.
    if (at < 0 || !field().dataset.walking) return false;
    choose(all.at(key === "Home" ? 0 : -1));
  } else {
    field().dataset.walking = "yes";
    choose(all.at((at + STEPS[key] + all.length) % all.length));
  }
  return true;
}

async function open() {
  if (isLooking()) await look();
  active()?.click();
}

on("keydown", "#search-field", (input, event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const { key } = event;
  let done = false;
  if ((key in STEPS || key === "Home" || key === "End") && options().length) done = walk(key);
  else if (key === "Enter") done = (open(), true);
  else if (key === "Escape" && input.value) done = (clear(), true);
  if (done) event.preventDefault();
});
on("submit", ".search-bar", (_form, event) => event.preventDefault());
on("click", ".found-row[data-opens-thread]", (row, event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const from = { path: location.pathname + location.search, query: field().value };
  if (!openThread(row.getAttribute("href"))) return;
  event.preventDefault();
  left = from;
  clear();
});
// The pointer chooses, the focus stays where one types.
on("mousedown", "#search-results [role=option]", (_option, event) => event.preventDefault());

// Going back to where something was found brings the results back.
document.addEventListener("htmx:before:history:restore", ({ detail }) => {
  returning = left?.path === detail.path;
});
hear("swapped", () => {
  if (returning && field()) {
    field().value = left.query;
    // After whatever else wants the focus now.
    if (!touch.matches) queueMicrotask(() => field()?.focus());
    look();
  }
  returning = false;
  dress();
});
hear("results", () => {
  delete field().dataset.walking;
  choose(options()[0]);
});
// A list that is exchanged whole brings a search bar of its own: the one in use stays.
let bar = document.getElementById("search");
let focused = false;
document.addEventListener("htmx:before:swap", () => {
  focused = Boolean(bar?.contains(document.activeElement));
});
document.addEventListener("htmx:after:swap", () => {
  const fresh = document.getElementById("search");
  if (!bar || !fresh || fresh === bar) bar = fresh ?? bar;
  else if (bar.isConnected) bar = fresh;
  else fresh.replaceWith(bar);
  if (focused && document.activeElement === document.body) field()?.focus();
  dress();
});
dress();
// The page came with its results as links: as a list of the field they are asked for again.
if (field()?.value) look();
