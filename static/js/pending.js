// How messages on their way look in the log.
import { isBehind, progressOf, showFiles } from "hallway/attached";
import { relate, unrelate } from "hallway/decorating";
import { hear, on, tell } from "hallway/events";
import { isReady, isTurnedDown, stateOf, uploadsOf } from "hallway/cargo";
import { place } from "hallway/log";
import { currentLog, isOpen } from "hallway/messages";
import { discard, retry } from "hallway/outbox";
import { part } from "hallway/parts";
import { holding, toEnd } from "hallway/scrolling";
import { entriesOf } from "hallway/waiting";

const SLOW = 600;
const timers = new Map();

/**
 * Put what waits in a thread at the end of its log.
 * @param {HTMLElement} log
 */
export function showPending(log) {
  for (const entry of entriesOf(Number(log.dataset.threadId))) {
    append(log, entry);
    if (entry.failed) mark(log, entry, "failed");
    else if (!isReady(entry)) mark(log, entry, stateOf(entry));
  }
}

function append(log, entry) {
  const node = part("pending");
  node.dataset.clientId = entry.client_id;
  node.dataset.authorId = log.dataset.personId;
  node.dataset.side = log.dataset.side;
  node.dataset.createdAt = entry.at;
  node.querySelector("time").dateTime = entry.at;
  node.querySelector(".bubble").textContent = entry.body.trim();
  showFiles(node, uploadsOf(entry));
  log.append(node);
  relate(node);
}

const find = (log, id) => log.querySelector(`:scope > .pending[data-client-id="${CSS.escape(id)}"]`);

function mark(log, entry, state) {
  const id = entry.client_id;
  const node = find(log, id);
  if (!node) return;
  node.dataset.state = state;
  node.classList.toggle("failed", state === "failed");
  clearTimeout(timers.get(id));
  // Most answers come faster than words could be read.
  if (state === "sending") timers.set(id, setTimeout(() => say(log, node, state), SLOW));
  else say(log, node, state);
  if (state === "uploading") count(log, node, uploadsOf(entry));
}

function count(log, node, uploads) {
  node.querySelector("[data-gone]").textContent = `${Math.floor(progressOf(uploads) * 100)}%`;
  if (isBehind(node, uploads)) holding(log, () => showFiles(node, uploads));
}

function say(log, node, state) {
  if (!node.isConnected || node.querySelector(`.status[data-state="${state}"]`)) return;
  holding(log, () => {
    node.querySelector(".status")?.remove();
    node.append(part(state));
  });
}

// Its own answer takes a pending message's place; nothing else does.
function settle(log, id, html) {
  holding(log, () => {
    const node = find(log, id);
    if (node) unrelate(node);
    if (html) place(log, html);
  });
}

function entryAt(button) {
  const { clientId } = button.closest(".pending").dataset;
  const thread = Number(currentLog().dataset.threadId);
  return entriesOf(thread).find((entry) => entry.client_id === clientId);
}

hear("outbox", ({ entry, state, html, id = entry.client_id }) => {
  const log = currentLog();
  if (!isOpen(entry.thread)) return;
  if (state === "queued") {
    append(log, entry);
    toEnd(log);
  } else if (state === "sent" || state === "discarded") {
    settle(log, id, html);
  } else {
    const node = find(log, id);
    if (node) node.dataset.clientId = entry.client_id;
    mark(log, entry, state);
  }
});
on("click", ".pending [data-again]", (button) => {
  const entry = entryAt(button);
  // What was turned down for good can only be sent without it.
  if (entry && isTurnedDown(entry)) tell("take-back", { entry });
  else if (entry) retry(entry.client_id);
  document.getElementById("message-field")?.focus();
});
on("click", ".pending [data-take-back]", (button) => {
  const entry = entryAt(button);
  if (entry) tell("take-back", { entry });
});
on("click", ".pending [data-discard]", (button) => {
  discard(button.closest(".pending").dataset.clientId);
  document.getElementById("message-field")?.focus();
});
// Another page of the same person, in another tab, has sent it or given it up.
addEventListener("storage", () => {
  const log = currentLog();
  if (!log) return;
  const left = new Set(entriesOf(Number(log.dataset.threadId)).map((entry) => entry.client_id));
  for (const node of log.querySelectorAll(":scope > .pending")) {
    if (!left.has(node.dataset.clientId)) settle(log, node.dataset.clientId);
  }
});
