// The conversation around its log: who may write, what it is called, and whether it is still there.
import { hear, tell } from "hallway/events";
import { currentLog, isOpen } from "hallway/messages";
import { ask, quietly } from "hallway/requests";
import { catchUp } from "hallway/sync";

const PAUSE = 400;
const AFTER_MENU = { once: true, capture: true };
const FRAMES = [".thread-head", "#request-card", ".hello", "#seen", "#readers", "#composer", "#details, [data-folded=details]"];
/** Messages of the conversation on screen whose word that it changed is still to come. */
let unspoken = 0;
let timer = 0;

/** Fetch the conversation on screen again, and bring in what changed around the log. */
async function refresh() {
  const log = currentLog();
  if (!log) return;
  const { threadId } = log.dataset;
  const answer = await ask(`/threads/${threadId}?frame=1`, { headers: { "HX-Request": "true" } });
  if (!log.isConnected) return;
  if (answer.status === 404) return leave();
  if (!answer.ok) return;
  const template = document.createElement("template");
  template.innerHTML = answer.text;
  const { seenSeq, marked } = template.content.querySelector("main").dataset;
  if (marked !== undefined) log.dataset.marked = "";
  log.dataset.seenSeq = Math.max(seenSeq, log.dataset.seenSeq);
  tell("seen");
  for (const selector of FRAMES) {
    const old = document.querySelector(`#conversation ${selector}`);
    const fresh = template.content.querySelector(selector);
    // A form that stays a form is left alone: somebody may be writing in it.
    const same = selector === "#composer" && old?.tagName === "FORM" && fresh?.tagName === "FORM";
    // A choice that stays one, too: what is told beside it changes.
    const beside = old?.querySelector("select") && fresh?.querySelector("select");
    // A menu that somebody is reading is not taken away under their hand.
    if (old?.matches(":has(:popover-open)")) old.addEventListener("toggle", soon, AFTER_MENU);
    else if (selector === "#readers" && beside) exchange(...[old, fresh].map(inside));
    else if (old && fresh && !same) exchange(old, fresh);
  }
  tell("exchanged");
}

const inside = (readers) => readers.querySelector("details");

function exchange(old, fresh) {
  const focused = old.contains(document.activeElement);
  // Whoever looks at the names of who reads goes on looking at them.
  const names = fresh.matches("details") ? fresh : old.id === "readers" && inside(fresh);
  if (names) names.open = Boolean((old.matches("details") ? old : inside(old))?.open);
  old.replaceWith(fresh);
  window.htmx.process(fresh);
  if (focused) document.getElementById("thread-heading")?.focus();
  if (fresh.id === "composer") tell("composer");
  if (names) tell("readers");
  if (fresh.id === "seen") tell("seen");
}

function leave() {
  tell("close", { sentence: "That conversation is not open to you any more." });
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(() => quietly(refresh), PAUSE);
}

hear("message", ({ thread_id: thread }) => {
  if (isOpen(thread)) unspoken += 1;
});
// After every message its thread is said to have changed. When none came before it, the thread
// itself did.
hear("threads", ({ thread_ids: threads }) => {
  if (!threads?.some(isOpen)) return;
  if (unspoken) {
    unspoken -= 1;
    return;
  }
  catchUp();
  soon();
});
for (const name of ["left", "disconnected"]) {
  hear(name, () => {
    unspoken = 0;
  });
}
// Somebody came or went, so that perhaps nobody may write any more; or files came into the pane.
hear("placed", ({ messages, live }) => {
  const isOfInterest = (message) => message.matches('[data-kind="event"], :has(.photos, .files)');
  if (live && messages.some(isOfInterest)) soon();
});
hear("outbox", ({ entry, state }) => {
  if (state === "sent" && entry.files?.length) soon();
});
// What the device had saved of it may be as old as that.
hear("caught-up", ({ isFirst }) => isFirst && soon());
hear("reset", soon);
hear("refused", soon);
hear("reader", soon);
hear("requests", ({ request_ids: ids }) => {
  const about = Number(currentLog()?.dataset.about);
  // Without a name it is this page that has just done something, perhaps unheard by the socket.
  if (about && (!ids.length || ids.includes(about))) soon();
});
hear("gone", leave);
