// The conversation around its log: who may write, what it is called, and whether it is still there.
import { hear, tell } from "hallway/events";
import { currentLog, isOpen } from "hallway/messages";
import { ask, quietly } from "hallway/requests";
import { catchUp } from "hallway/sync";

const PAUSE = 400;
const AFTER_MENU = { once: true, capture: true };
const FRAMES = [".thread-head", ".hello", "#readers", "#composer", "#details"];
let heardAt = 0;
let timer = 0;

/** Fetch the conversation on screen again, and bring in what changed around the log. */
async function refresh() {
  const log = currentLog();
  if (!log) return;
  const { threadId } = log.dataset;
  const answer = await ask(`/threads/${threadId}`, { headers: { "HX-Request": "true" } });
  if (!log.isConnected) return;
  if (answer.status === 404) return leave();
  if (!answer.ok) return;
  const template = document.createElement("template");
  template.innerHTML = answer.text;
  for (const selector of FRAMES) {
    const old = document.querySelector(`#conversation ${selector}`);
    const fresh = template.content.querySelector(selector);
    // A form that stays a form is left alone: somebody may be writing in it.
    const same = selector === "#composer" && old?.tagName === "FORM" && fresh?.tagName === "FORM";
    // A menu that somebody is reading is not taken away under their hand.
    if (old?.matches(":has(:popover-open)")) old.addEventListener("toggle", soon, AFTER_MENU);
    else if (old && fresh && !same) exchange(old, fresh);
  }
}

function exchange(old, fresh) {
  const focused = old.contains(document.activeElement);
  // Whoever looks at the names of who reads goes on looking at them.
  const names = old.id === "readers" && fresh.querySelector("details");
  if (names) names.open = Boolean(old.querySelector("details")?.open);
  old.replaceWith(fresh);
  window.htmx.process(fresh);
  if (focused) document.getElementById("thread-heading")?.focus();
  if (fresh.id === "composer") tell("composer");
}

function leave() {
  tell("close", { sentence: "That conversation is not open to you any more." });
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(() => quietly(refresh), PAUSE);
}

hear("message", ({ thread_id: thread }) => {
  if (isOpen(thread)) heardAt = Date.now();
});
// Every message says that its thread changed. When none came along, the thread itself did.
hear("threads", ({ thread_ids: threads }) => {
  if (!threads?.some(isOpen)) return;
  setTimeout(() => {
    if (Date.now() - heardAt < 2 * PAUSE) return;
    catchUp();
    soon();
  }, PAUSE);
});
// Somebody came or went, so that perhaps nobody may write any more; or files came into the pane.
hear("placed", ({ messages, live }) => {
  const isOfInterest = (message) => message.matches('[data-kind="event"], :has(.photos, .files)');
  if (live && messages.some(isOfInterest)) soon();
});
hear("outbox", ({ entry, state }) => {
  if (state === "sent" && entry.files?.length) soon();
});
hear("reset", soon);
hear("refused", soon);
hear("gone", leave);
