// Messages on their way. Each is kept on the device until the server has it or its author
// gives it up; it goes out under one client_id however often it is tried, in order per thread.
import { hear, tell } from "hallway/events";
import { ask, SignedOut, Unreachable } from "hallway/requests";
import { keep, kept } from "hallway/storage";

const WAITS = [3_000, 5_000, 10_000, 20_000, 30_000];
const busy = new Set();
let tries = 0;
let timer = 0;

/**
 * @typedef {{client_id: string, thread: number, body: string, at: string, failed?: boolean}} Entry
 */

/** @returns {Entry[]} */
const entries = () => kept("outbox", []);

/**
 * What waits or failed in a thread, in the order it was written.
 * @param {number} thread
 */
export const entriesOf = (thread) => entries().filter((entry) => entry.thread === thread);

/**
 * Send a text to a thread as soon as that is possible.
 * @param {number} thread
 * @param {string} body
 */
export function send(thread, body) {
  const entry = { client_id: newId(), thread, body, at: new Date().toISOString() };
  keep("outbox", [...entries(), entry]);
  tell("outbox", { entry, state: "queued" });
  drain(thread);
}

/**
 * Try a failed message again.
 * @param {string} id its client_id
 */
export function retry(id) {
  const entry = change(id, { failed: false });
  if (entry) drain(entry.thread);
}

/**
 * Give a message up.
 * @param {string} id its client_id
 */
export function discard(id) {
  const entry = entries().find((one) => one.client_id === id);
  if (entry) finish(entry, "discarded");
}

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Outside a secure context (a server at home, without a certificate) there is no randomUUID.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function change(id, values) {
  const all = entries();
  const entry = all.find((one) => one.client_id === id);
  if (entry) keep("outbox", (Object.assign(entry, values), all));
  return entry;
}

function finish(entry, state, detail = {}) {
  const left = entries().filter((one) => one.client_id !== entry.client_id);
  keep("outbox", left.length ? left : null);
  tell("outbox", { entry, state, ...detail });
}

async function drain(thread) {
  if (busy.has(thread)) return;
  busy.add(thread);
  try {
    for (;;) {
      const entry = entriesOf(thread).find((one) => !one.failed);
      if (!entry) return;
      tell("outbox", { entry, state: "sending" });
      await attempt(entry);
      tries = 0;
    }
  } catch (error) {
    if (!(error instanceof Unreachable || error instanceof SignedOut)) throw error;
    for (const entry of entriesOf(thread)) {
      if (!entry.failed) tell("outbox", { entry, state: "waiting" });
    }
    clearTimeout(timer);
    timer = setTimeout(drainAll, WAITS[Math.min(tries++, WAITS.length - 1)]);
  } finally {
    busy.delete(thread);
  }
}

async function attempt(entry) {
  const { thread, body, client_id } = entry;
  const response = await ask(`/threads/${thread}/messages`, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams({ body, client_id }),
    // A page that is left lets the message go out; the next page asks again with the same id.
    keepalive: body.length < 15_000,
  });
  if (response.ok) return finish(entry, "sent", { html: await response.text() });
  const answer = await response.json().catch(() => ({}));
  // This id stands for another message already, so a second try needs one of its own.
  const fresh = response.status === 409 ? { client_id: newId() } : {};
  const id = entry.client_id;
  const failed = change(id, { ...fresh, failed: true }) ?? entry;
  tell("outbox", {
    entry: failed,
    state: "failed",
    id,
    status: response.status,
    sentence: answer.errors?.body ?? answer.sentence,
  });
}

/** Send everything that waits, in all threads. */
export function drainAll() {
  for (const thread of new Set(entries().map((entry) => entry.thread))) drain(thread);
}

hear("connected", drainAll);
addEventListener("online", drainAll);
