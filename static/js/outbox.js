// Messages on their way. Each is kept on the device until the server has it or its author
// gives it up; it goes out under one client_id however often it is tried, in order per thread.
import { newId } from "hallway/client_id";
import { hear, tell } from "hallway/events";
import { ask, SignedOut, Unreachable } from "hallway/requests";
import * as uploading from "hallway/uploads";
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
 */
export function send(thread, body, uploads = []) {
  tell("outbox", { entry: add(thread, body, uploads.map(uploading.described)), state: "queued" });
  drain(thread);
}

/**
 * Try a failed message again, its files too.
 * @param {string} id its client_id
 */
export function retry(id) {
  const entry = change(id, { failed: false });
  if (!entry) return;
  for (const upload of uploadsOf(entry)) if (upload.state === "failed") uploading.retry(upload);
  drain(entry.thread);
}

/**
 * Give a message up, and what was uploaded for it.
 * @param {string} id its client_id
 */
export function discard(id) {
  const entry = takeBack(id);
  if (entry) for (const upload of uploadsOf(entry)) uploading.remove(upload);
}

/**
 * Take a message out of the outbox; its files stay what they are.
 * @param {string} id its client_id
 * @returns {import("hallway/waiting").Entry | undefined}
 */
export function takeBack(id) {
  const entry = remove(id);
  if (entry) tell("outbox", { entry, state: "discarded" });
  return entry;
}

/**
 * The files of an entry as they are being uploaded; what an earlier page began goes on.
 * @param {import("hallway/waiting").Entry} entry
 */
export const uploadsOf = ({ thread, files = [] }) => files.map((file) => uploading.resume(thread, file));

/** Send everything that waits, in all threads. */
export function drainAll() {
  for (const thread of new Set(entries().map((entry) => entry.thread))) drain(thread);
}

const isReady = ({ files = [] }) => files.every((file) => file.id);

// A long film does not hold back what is written after it.
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
  const { thread, body, client_id: id, files = [] } = entry;
  const form = new URLSearchParams({ body, client_id: id });
  for (const file of files) form.append("uploads", file.id);
  const answer = await ask(`/threads/${thread}/messages`, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: form,
    // A page that is left lets the message go out; the next page asks again with the same id.
    keepalive: body.length < 15_000,
  });
  if (answer.ok) {
    remove(id);
    tell("outbox", { entry, state: "sent", html: answer.text });
    for (const { key } of files) {
      const upload = uploading.uploadOf(key);
      if (upload) uploading.forget(upload);
    }
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

// A file of an entry went on, arrived, or was turned down.
function follow(upload) {
  const isIt = ({ key }) => key === upload.key;
  const entry = entriesOf(upload.thread).find(({ files = [] }) => files.some(isIt));
  if (!entry || entry.failed) return;
  const files = entry.files.map((file) => (isIt(file) ? uploading.described(upload) : file));
  const { state, sentence } = upload;
  if (state === "done" || state === "failed") {
    change(entry.client_id, { files, failed: state === "failed" });
  }
  const now = { ...entry, files };
  if (state === "done") drain(upload.thread);
  else tell("outbox", { entry: now, state: state === "queued" ? "uploading" : state, sentence });
}

hear("upload", ({ upload }) => follow(upload));
hear("connected", drainAll);
addEventListener("online", drainAll);
