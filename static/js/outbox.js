// Messages on their way. Each is kept on the device until the server has it or its author
// gives it up; it goes out under one client_id however often it is tried, in order per thread.
import { hear, tell } from "hallway/events";
import { newId } from "hallway/ids";
import { ask, SignedOut, Unreachable } from "hallway/requests";
import { keep, kept } from "hallway/storage";
import { described, forget, remove, resume, retry as retryUpload, uploadOf } from "hallway/uploads";

const WAITS = [3_000, 5_000, 10_000, 20_000, 30_000];
const busy = new Set();
let tries = 0;
let timer = 0;

/**
 * @typedef {{client_id: string, thread: number, body: string, at: string, failed?: boolean,
 *   files?: ReturnType<typeof described>[]}} Entry
 *   files: what it carries; one without an id is still being uploaded, and the entry waits
 */

/** @returns {Entry[]} */
const entries = () => kept("outbox", []);

/**
 * What waits or failed in a thread, in the order it was written.
 * @param {number} thread
 */
export const entriesOf = (thread) => entries().filter((entry) => entry.thread === thread);

/**
 * Send a text, or files, or both to a thread as soon as that is possible.
 * @param {number} thread
 * @param {string} body
 * @param {import("hallway/uploads").Upload[]} [uploads]
 */
export function send(thread, body, uploads = []) {
  const files = uploads.map(described);
  const entry = { client_id: newId(), thread, body, files, at: new Date().toISOString() };
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
  if (!entry) return;
  for (const upload of uploadsOf(entry)) if (upload.state === "failed") retryUpload(upload);
  drain(entry.thread);
}

/**
 * Give a message up, and its files.
 * @param {string} id its client_id
 */
export function discard(id) {
  const entry = takeBack(id);
  if (entry) for (const upload of uploadsOf(entry)) remove(upload);
}

/**
 * Take a message out of the outbox; its files stay what they are.
 * @param {string} id its client_id
 * @returns {Entry | undefined}
 */
export function takeBack(id) {
  const entry = entries().find((one) => one.client_id === id);
  if (entry) finish(entry, "discarded");
  return entry;
}

/**
 * The files of an entry as they are being uploaded; what an earlier page began goes on.
 * @param {Entry} entry
 */
export const uploadsOf = ({ thread, files = [] }) => files.map((file) => resume(thread, file));

const isReady = ({ files = [] }) => files.every((file) => file.id);

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
      const waiting = entriesOf(thread).filter((one) => !one.failed);
      // A long film does not hold back what is written after it.
      for (const one of waiting) if (!isReady(one)) uploadsOf(one);
      const entry = waiting.find(isReady);
      if (!entry) return;
      tell("outbox", { entry, state: "sending" });
      await attempt(entry);
      tries = 0;
    }
  } catch (error) {
    if (!(error instanceof Unreachable || error instanceof SignedOut)) throw error;
    for (const entry of entriesOf(thread)) {
      if (!entry.failed && isReady(entry)) tell("outbox", { entry, state: "waiting" });
    }
    clearTimeout(timer);
    timer = setTimeout(drainAll, WAITS[Math.min(tries++, WAITS.length - 1)]);
  } finally {
    busy.delete(thread);
  }
}

async function attempt(entry) {
  const { thread, body, client_id, files = [] } = entry;
  const form = new URLSearchParams({ body, client_id });
  for (const file of files) form.append("uploads", file.id);
  const response = await ask(`/threads/${thread}/messages`, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: form,
    // A page that is left lets the message go out; the next page asks again with the same id.
    keepalive: body.length < 15_000,
  });
  if (response.ok) {
    finish(entry, "sent", { html: await response.text() });
    for (const { key } of files) if (uploadOf(key)) forget(uploadOf(key));
    return;
  }
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
    sentence: answer.errors?.body ?? answer.errors?.files ?? answer.sentence,
  });
}

// A file of an entry went on, arrived, or was turned down.
function follow(upload) {
  const entry = entriesOf(upload.thread).find(({ files = [] }) => files.some(isIt));
  if (!entry || entry.failed) return;
  const files = entry.files.map((file) => (isIt(file) ? described(upload) : file));
  const { state, sentence } = upload;
  if (state === "done" || state === "failed") change(entry.client_id, { files, failed: state === "failed" });
  const now = { ...entry, files };
  if (state === "done") drain(upload.thread);
  else tell("outbox", { entry: now, state: state === "queued" ? "uploading" : state, sentence });
  function isIt({ key }) {
    return key === upload.key;
  }
}

/** Send everything that waits, in all threads. */
export function drainAll() {
  for (const thread of new Set(entries().map((entry) => entry.thread))) drain(thread);
}

hear("upload", ({ upload }) => follow(upload));
hear("connected", drainAll);
addEventListener("online", drainAll);
