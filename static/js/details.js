// The detail pane: beside the conversation where there is room, over it elsewhere.
import { hear, on } from "hallway/events";

const KEY = "hallway-details";
const wide = matchMedia("(width >= 80em)");

const messenger = () => document.querySelector(".messenger");
const opener = () => document.querySelector(".thread-head [data-toggles-details]");

function isOpen() {
  const choice = messenger()?.dataset.details;
  return choice ? choice === "open" : wide.matches;
}

function set(open) {
  messenger().dataset.details = open ? "open" : "closed";
  show();
}

function show() {
  opener()?.setAttribute("aria-expanded", String(isOpen()));
  opener()?.setAttribute("aria-controls", "details");
  opener()?.setAttribute("role", "button");
}

function choice() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function remember(open) {
  try {
    localStorage.setItem(KEY, open ? "open" : "closed");
  } catch {
    // Then it is forgotten with the page.
  }
}

/** Open or close the pane; a drawer takes the focus and gives it back. */
export function toggle() {
  if (!messenger() || !document.getElementById("details")) return;
  const open = !isOpen();
  set(open);
  if (wide.matches) return remember(open);
  const target = open ? document.querySelector("#details [data-toggles-details]") : opener();
  target?.focus();
}

/** Close the drawer, if it lies over the conversation. Returns whether it did. */
export function closeDrawer() {
  if (wide.matches || !isOpen() || !document.getElementById("details")) return false;
  toggle();
  return true;
}

on("click", "[data-toggles-details]", (_button, event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || !messenger()) return;
  event.preventDefault();
  toggle();
});
on("keydown", "a[data-toggles-details]", (link, event) => {
  if (event.key !== " ") return;
  event.preventDefault();
  link.click();
});
hear("opened", () => {
  // A drawer never opens by itself over what was to be read.
  if (wide.matches && choice() === "closed") messenger().dataset.details = "closed";
  if (!wide.matches) delete messenger()?.dataset.details;
  show();
});
wide.addEventListener("change", () => {
  if (messenger()) delete messenger().dataset.details;
  show();
});
// A head that came anew knows nothing of the pane.
hear("exchanged", show);
