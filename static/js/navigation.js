// Opening and leaving conversations without loading a page: focus, history, and the way back.
import { hear, on, tell } from "hallway/events";
import { currentLog } from "hallway/messages";
import { toast } from "hallway/toasts";

const phone = matchMedia("(width < 45em)");
const touch = matchMedia("(pointer: coarse)");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

let leaving = null;
let isLeaving = false;

const messenger = () => document.querySelector(".messenger");

function focusConversation() {
  const field = document.getElementById("message-field");
  const heading = document.getElementById("thread-heading");
  // On phones the field would bring up a keyboard over what was to be read.
  const target = phone.matches || touch.matches ? heading : (field ?? heading);
  target?.focus({ preventScroll: true });
}

// The field that must be corrected, else the nearest heading.
function focusWithin(target) {
  const part = target?.isConnected ? target : document.querySelector("main");
  const invalid = document.querySelector("main [aria-invalid=true]");
  const next = invalid ?? part?.querySelector("h1, h2, h3") ?? document.querySelector("h1");
  if (next && !invalid) next.tabIndex = -1;
  next?.focus();
}

function focusRow(thread) {
  const row = document.getElementById(`row-${thread}`);
  const target = row ?? document.querySelector("#rows .thread-row, #rows");
  target?.focus();
}

function visit(path, target, swap, push) {
  const leavingThread = currentLog()?.dataset.threadId;
  return window.htmx
    .ajax("GET", path, { target, swap, ...(push ? { push: "true" } : {}) })
    .then(() => {
      tell("swapped");
      if (target === ".messenger" && leavingThread) focusRow(leavingThread);
      else if (target === "#conversation") focusConversation();
    });
}

/** Show the list again; the conversation's row gets the focus. */
function backToList(path, push = true) {
  return visit(path, ".messenger", "outerMorph", push);
}

const shownChannel = () => document.getElementById("rows")?.dataset.channel;

function listPath() {
  const channel = shownChannel();
  const unread = document.querySelector("#rows[data-unread-only]") ? "&unread=1" : "";
  return channel ? `/messages?channel=${channel}${unread}` : "/messages";
}

/** Show the channel that the conversation on screen belongs to. */
function matchList() {
  const path = document.querySelector(".thread-back")?.getAttribute("href");
  if (!path || path === `/messages?channel=${shownChannel()}`) return;
  const target = "#list-pane";
  window.htmx.ajax("GET", path, { target, select: target, swap: "outerHTML ignoreTitle:true" });
}

/**
 * Open a conversation beside the list, which then shows its channel.
 * @param {string} path
 * @returns {boolean} false where there is no list to open it beside
 */
export function openThread(path) {
  if (!messenger()) return false;
  visit(path, "#conversation", "innerHTML", true).then(matchList);
  return true;
}

// Within the messenger, back and forward exchange only what differs.
document.addEventListener("htmx:before:history:restore", (event) => {
  const { path } = event.detail;
  if (!messenger()) return;
  if (/^\/threads\/\d+(\?|$)/.test(path)) {
    visit(path, "#conversation", "innerHTML", false).then(matchList);
  } else if (/^\/messages(\?|$)/.test(path)) backToList(path, false);
  else return;
  event.preventDefault();
});

on("click", ".thread-back", (link, event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || !messenger()) return;
  event.preventDefault();
  const path = link.getAttribute("href");
  // The list as it was left, if it is that of the same channel.
  backToList(path === `/messages?channel=${shownChannel()}` ? listPath() : path);
});

// Where the browser can, a phone slides from the list to the conversation, and back.
document.addEventListener("htmx:before:swap", ({ detail }) => {
  leaving = document.activeElement;
  const main = detail.tasks.find((task) => task.type === "main");
  const way = wayOf(main?.target);
  if (!way || !phone.matches || calm.matches) return;
  document.documentElement.dataset.slides = way;
  main.swapSpec.transition = true;
});

function wayOf(target) {
  if (target?.id === "conversation") return "in";
  return target?.matches?.(".messenger") && currentLog() ? "out" : null;
}

document.addEventListener("htmx:finally:swap", ({ detail }) => {
  const row = detail.ctx?.sourceElement?.closest?.(".thread-row");
  if (row && detail.ctx.target?.id === "conversation") return focusConversation();
  // What had the focus is gone: without this the next Tab would begin at the top of the page.
  const lost = leaving && !leaving.isConnected && document.activeElement === document.body;
  if (lost) focusWithin(detail.ctx?.target);
  leaving = null;
});

hear("close", ({ sentence }) => {
  toast(sentence, { failed: true });
  if (messenger()) backToList(listPath());
});
hear("leave", () => {
  if (messenger()) backToList(listPath());
});
hear("leaving", () => {
  isLeaving = true;
});
hear("signed-out", () => {
  // Who signs out here is on the way already, and not to be led back.
  if (isLeaving) return;
  const back = encodeURIComponent(location.pathname + location.search);
  location.assign(`/sign-in?next=${back}`);
});
