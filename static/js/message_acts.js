// What one can do with a message. One element serves the whole log: a strip at the message under the
// pointer, with the focus, or tapped; a sheet after a long press.
import { hear, on } from "hallway/events";
import { onLongPress } from "hallway/long_press";
import { openAt } from "hallway/menus";
import { currentLog, seqOf } from "hallway/messages";

const MESSAGE = '#log .message[data-kind="text"][data-seq]:not(.deleted)';
const ON_ITS_OWN = ".bubble a, video, audio, button";
const LINGERS = 150;
/** How much of a message is covered, in px. */
const OVERLAP = 10;
let about = null;
let shownBefore = null;
let timer = 0;

const acts = () => document.getElementById("message-acts");
const isOpen = () => acts()?.matches(":popover-open");
const isSheet = () => isOpen() && acts().matches(".menu");

/** The words of a message, as they are copied. */
function textOf(message) {
  const bubble = message.querySelector(".bubble")?.cloneNode(true);
  bubble?.querySelector(".edited")?.remove();
  return bubble?.textContent.trim() ?? "";
}

function show(message, { sheet = false } = {}) {
  const box = acts();
  if (!box || (about === message && isOpen() && isSheet() === sheet)) return;
  hide();
  about = message;
  fill(box, message);
  if (![...box.children].some((item) => !item.hidden)) return;
  for (const name of ["menu", "thread-menu"]) box.classList.toggle(name, sheet);
  box.popover = sheet ? "auto" : "manual";
  box.role = sheet ? "dialog" : "toolbar";
  if (sheet) return openAt(box, message);
  box.showPopover();
  place(box, message);
}

function fill(box, message) {
  const [copy, request] = ["copy", "request"].map((act) => box.querySelector(`[data-act="${act}"]`));
  copy.dataset.text = textOf(message);
  copy.hidden = !copy.dataset.text;
  if (request) request.href = `/maintenance/new?message=${currentLog().dataset.threadId}.${seqOf(message)}`;
}

// Over the upper corner on the side of the other; within the log.
function place(box, message) {
  const parts = [...message.querySelectorAll(":scope > :is(.photos, .bubble, .files)")];
  const around = (parts.find((part) => part.getClientRects().length) ?? message).getBoundingClientRect();
  const log = currentLog().getBoundingClientRect();
  const { width, height } = box.getBoundingClientRect();
  const mirrored = message.matches(".mine, .mate");
  const left = mirrored ? around.left - width / 2 : around.right - width / 2;
  const within = (low, value, high) => Math.max(low, Math.min(value, high));
  box.style.setProperty("--acts-left", `${within(log.left + 8, left, log.right - width - 8)}px`);
  box.style.setProperty("--acts-top", `${within(log.top + 4, around.top - height + OVERLAP, log.bottom - height - 4)}px`);
}

function hide() {
  clearTimeout(timer);
  if (isOpen()) acts().hidePopover();
  about = null;
}

// A press elsewhere closes the sheet by itself.
document.addEventListener("toggle", ({ target }) => {
  if (target === acts() && !isOpen()) about = null;
}, true);

function hideSoon() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (!isSheet() && !acts()?.contains(document.activeElement) && document.activeElement !== about) hide();
  }, LINGERS);
}

// Only a finger leaves the pointer where it was.
document.addEventListener("pointerover", ({ target, pointerType }) => {
  if (pointerType !== "mouse" || isSheet()) return;
  const message = target.closest?.(MESSAGE);
  if (target.closest?.("#message-acts") || (message && message === about)) clearTimeout(timer);
  else if (message) show(message);
  else if (about) hideSoon();
});
// A tap focuses its message before it clicks there: shown by then is not shown before.
document.addEventListener("pointerdown", () => {
  shownBefore = isOpen() ? about : null;
}, true);
document.addEventListener("click", ({ target, pointerType }) => {
  if (isSheet() && target.closest("#message-acts")) hide();
  else if (pointerType === "touch") tapped(target);
});
hear("tapped", ({ target }) => tapped(target));

function tapped(target) {
  const message = target.closest(MESSAGE);
  if (!message || target.closest(`a, ${ON_ITS_OWN}`) || message === shownBefore) hide();
  else show(message);
}

onLongPress(MESSAGE, async (message, lifted) => {
  await lifted;
  if (message.isConnected) show(message, { sheet: true });
});

// By keyboard: one message is reached by Tab, the arrows walk on, Enter goes to what can be done.
on("focusin", "#log", (log, { target }) => {
  if (target === log) makeReachable(log.querySelector(`${MESSAGE}[tabindex="0"]`) ?? last());
  else if (target.matches(MESSAGE)) show(target);
});
document.addEventListener("focusout", ({ target }) => {
  if (about && (target === about || target.closest?.("#message-acts"))) hideSoon();
});
on("keydown", MESSAGE, (message, event) => {
  if (event.target !== message || event.altKey || event.ctrlKey || event.metaKey) return;
  const step = { ArrowUp: "previousElementSibling", ArrowDown: "nextElementSibling" }[event.key];
  if (step) walk(message, step);
  else if (event.key === "Enter") acts()?.querySelector(".menu-item:not([hidden])")?.focus();
  else if (event.key === "Escape") currentLog().focus();
  else return;
  event.preventDefault();
});
on("keydown", "#message-acts:not(.menu)", (box, event) => {
  const items = [...box.querySelectorAll(".menu-item:not([hidden])")];
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step) items.at((items.indexOf(document.activeElement) + step) % items.length).focus();
  else if (event.key === "Escape") about?.focus();
  else return;
  event.preventDefault();
});

const last = () => [...document.querySelectorAll(MESSAGE)].at(-1);

function makeReachable(message) {
  for (const old of document.querySelectorAll("#log .message[tabindex]")) old.tabIndex = -1;
  if (message) message.tabIndex = 0;
}

function walk(message, step) {
  let next = message[step];
  while (next && !next.matches(MESSAGE)) next = next[step];
  if (!next) return;
  makeReachable(next);
  next.focus();
}

document.addEventListener("scroll", ({ target }) => {
  if (!about || isSheet() || target !== currentLog()) return;
  if (document.activeElement === about) place(acts(), about);
  else hide();
}, { capture: true, passive: true });
for (const name of ["left", "reset"]) hear(name, hide);
hear("placed", () => {
  if (about && !about.isConnected) hide();
});
