// Messages on their way. Each is kept on the device until the server has it or its author
// gives it up; it goes out under one client_id however often it is tried, in order per thread.
import { dropFiles, isReady, letGo, retryFiles, stateOf, uploadsOf } from "hallway/cargo";
import { newId } from "hallway/client_id";
import { hear, tell } from "hallway/events";
import { ask, SignedOut, Unreachable } from "hallway/requests";
import { described } from "hallway/uploads";
import { add, change, entries, entriesOf, remove } from "hallway/waiting";

const WAITS = [3_000, 5_000, 10_000, 20_000, 30_000];
const busy = new Set();
let tries = 0;
let timer = 0;

/**
 * Send a text, or files, or both to a thread as soon as that is possible.
 * @param {number} thread
 * @param {string} body
 * @param {import("hallway/uploads").Upload[]} [uploads]
 * @param {import("hallway/mentions").Person[]} [mentions]
 */
export function send(thread, body, uploads = [], mentions = []) {
  const entry = add(thread, body, uploads.map(described), mentions);
  tell("outbox", { entry, state: "queued" });
  if (!isReady(entry)) tell("outbox", { entry, state: stateOf(entry) });
  drain(thread);
}

/**
 * Try a failed message again.
 * @param {string} id its client_id
 */
export function retry(id) {
  const entry = change(id, { failed: false });
  if (!entry) return;
  retryFiles(entry);
  drain(entry.thread);
}

/**
 * Give a message up, and its files.
 * @param {string} id its client_id
 */
export function discard(id) {
  const entry = takeBack(id);
  if (entry) dropFiles(entry);
}

/**
 * Take a message back; its files stay what they are.
 * @param {string} id its client_id
 */
export function takeBack(id) {
  const entry = remove(id);
  if (entry) tell("outbox", { entry, state: "discarded" });
  return entry;
}

/** Send everything that waits, in all threads. */
export function drainAll() {
  for (const thread of new Set(entries().map((entry) => entry.thread))) drain(thread);
}

// A long film does not hold back what was written after it.
function next(thread) {
  const waiting = entriesOf(thread).filter((entry) => !entry.failed);
  for (const entry of waiting) if (!isReady(entry)) uploadsOf(entry);
  return waiting.find(isReady);
}

async function drain(thread) {
  if (busy.has(thread)) return;
  busy.add(thread);
  try {
    for (let entry = next(thread); entry; entry = next(thread)) {
      tell("outbox", { entry, state: "sending" });
      await attempt(entry);
      tries = 0;
    }
  } catch (error) {
    if (!(error instanceof Unreachable || error instanceof SignedOut)) throw error;
    wait(thread);
  } finally {
    busy.delete(thread);
  }
}

function wait(thread) {
  for (const entry of entriesOf(thread)) {
    if (!entry.failed && isReady(entry)) tell("outbox", { entry, state: "waiting" });
  }
  clearTimeout(timer);
  timer = setTimeout(drainAll, WAITS[Math.min(tries++, WAITS.length - 1)]);
}

async function attempt(entry) {
  const { thread, body, client_id: id, files = [], mentions = [] } = entry;
  const uploads = files.map((file) => ["uploads", file.id]);
  const people = mentions.map((person) => ["mentions", person.id]);
  const answer = await ask(`/threads/${thread}/messages`, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams([["body", body], ["client_id", id], ...uploads, ...people]),
    // A page that is left lets the message go out; the next page asks again with the same id.
    keepalive: body.length < 15_000,
  });
  if (answer.ok) {
    remove(id);
    tell("outbox", { entry, state: "sent", html: answer.text });
    letGo(entry);
    return;
  }
  // This id stands for another message already, so a second try needs one of its own.
  const fresh = answer.status === 409 ? { client_id: newId() } : {};
  const failed = change(id, { ...fresh, failed: true }) ?? entry;
  const { errors, sentence } = readable(answer.text);
  const why = { status: answer.status, sentence: errors?.body ?? errors?.files ?? sentence };
  tell("outbox", { entry: failed, state: "failed", id, ...why });
}

// A failure of the server itself is told as a page.
function readable(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

hear("ready", ({ thread }) => drain(thread));
hear("connected", drainAll);
addEventListener("online", drainAll);
