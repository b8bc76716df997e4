// How what waits to be sent looks in the log.
import { isBehind, progressOf, showFiles } from "hallway/attached";
import { relate, unrelate } from "hallway/decorating";
import { hear, on, tell } from "hallway/events";
import { me, waitingIn } from "hallway/kept";
import { place } from "hallway/log";
import { currentLog, isOpen } from "hallway/messages";
import { discard, retry, stateOf } from "hallway/outbox";
import { part } from "hallway/parts";
import { holding, toEnd } from "hallway/scrolling";
import { isFleeting } from "hallway/store";
import { uploadOf } from "hallway/uploads";
import { isInHand } from "hallway/written";

const SLOW = 600;
const timers = new Map();

const entriesOf = (log) => waitingIn(`thread-${log.dataset.threadId}`);
const uploadsOf = (entry) => entry.files.map(uploadOf).filter(Boolean);
const find = (log, id) => log.querySelector(`:scope > .pending[data-client-id="${CSS.escape(id)}"]`);

/**
 * Show what waits in a conversation at the end of its log, as it is now.
 * @param {HTMLElement} log
 */
function showPending(log) {
  const entries = entriesOf(log);
  const ids = new Set(entries.map((entry) => entry.client_id));
  for (const node of log.querySelectorAll(":scope > .pending")) {
    if (!ids.has(node.dataset.clientId)) settle(log, node.dataset.clientId);
  }
  let next = null;
  for (const entry of [...entries].reverse()) {
    const node = find(log, entry.client_id) ?? made(log, entry, next);
    mark(log, node, entry, wordOf(entry, entries));
    next = node;
  }
}

function made(log, entry, next) {
  const node = part("pending");
  const { body, audience } = Object.fromEntries(entry.fields);
  node.dataset.clientId = entry.client_id;
  node.dataset.authorId = log.dataset.personId;
  node.dataset.side = log.dataset.side;
  address(node, audience);
  node.dataset.createdAt = entry.at;
  node.querySelector("time").dateTime = entry.at;
  node.querySelector(".bubble").textContent = body.trim();
  showFiles(node, uploadsOf(entry));
  holding(log, () => {
    log.insertBefore(node, next && startOf(next));
    relate(node);
  });
  return node;
}

function address(node, audience = "everyone") {
  node.dataset.audience = audience;
  if (audience !== "everyone") node.querySelector(".author").append(" ", part(`to-${audience}`));
}

// The day before it belongs to it.
function startOf(node) {
  const before = node.previousElementSibling;
  return before?.matches(".day") ? before : node;
}

/**
 * How one that waits is, in the word its part is called by. One goes after the other: the first is
 * on its way, the others wait for it.
 * @param {import("hallway/written").Entry} entry
 * @param {import("hallway/written").Entry[]} entries of its lane
 */
export function wordOf(entry, entries) {
  const state = stateOf(entry);
  if (state !== "going") return state;
  if (entry !== entries.find(({ failed }) => !failed)) return "queued";
  return uploadsOf(entry).every(({ id }) => id) ? "sending" : "uploading";
}

function mark(log, node, entry, word) {
  const id = entry.client_id;
  node.toggleAttribute("data-attempted", Boolean(entry.attempted));
  node.toggleAttribute("data-in-hand", isInHand(entry));
  node.classList.toggle("failed", word === "failed");
  const uploads = uploadsOf(entry);
  if (isBehind(node, uploads)) holding(log, () => showFiles(node, uploads));
  if (node.dataset.state !== word) {
    node.dataset.state = word;
    clearTimeout(timers.get(id));
    // Most answers come faster than words could be read.
    const isQuick = word === "sending" || word === "queued";
    if (isQuick) timers.set(id, setTimeout(() => say(log, node, entry), SLOW));
    else say(log, node, entry);
  }
  const gone = node.querySelector("[data-gone]");
  if (gone) gone.textContent = `${Math.floor(progressOf(uploads) * 100)}%`;
}

function say(log, node, { client_id: id, failed }) {
  const { state } = node.dataset;
  if (!node.isConnected || node.querySelector(`.status[data-state="${state}"]`)) return;
  holding(log, () => {
    node.querySelector(".status")?.remove();
    const status = part(state);
    const why = status.querySelector("[data-why]");
    if (why) why.textContent = failed.sentence;
    const warning = status.querySelector("[data-fleeting]");
    if (warning) warning.hidden = !isFleeting(me(), "entries", id);
    node.append(status);
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

const entryAt = (button) => {
  const { clientId } = button.closest(".pending").dataset;
  return entriesOf(currentLog()).find((entry) => entry.client_id === clientId);
};
const goOnWriting = () => document.getElementById("message-field")?.focus();
const draw = () => {
  const log = currentLog();
  if (log?.hasAttribute("data-ready")) showPending(log);
};

for (const name of ["kept", "opened"]) hear(name, draw);
hear("upload", draw);
hear("outbox", ({ entry, state, html }) => {
  if (!isOpen(entry.thread)) return;
  if (state === "queued") toEnd(currentLog());
  else if (state === "sent") settle(currentLog(), entry.client_id, html);
});
on("click", ".pending [data-again]", (button) => {
  const entry = entryAt(button);
  // What was turned down for good can only be sent without it.
  if (entry?.failed?.final) tell("take-back", { entry });
  else if (entry) retry(entry.client_id).then(goOnWriting);
  goOnWriting();
});
on("click", ".pending [data-take-back]", (button) => {
  const entry = entryAt(button);
  if (entry) tell("take-back", { entry });
});
on("click", ".pending [data-discard]", (button) => {
  discard(button.closest(".pending").dataset.clientId);
  goOnWriting();
});
