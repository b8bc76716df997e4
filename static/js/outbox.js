// What is on its way: kept on the device until the server has it or its author gives it up. This
// is when it is tried, by this page; the service worker does the same when no page is open.
import { abandon } from "hallway/bringing";
import { hear, tell } from "hallway/events";
import {
  assumeGone, assumeQueued, assumeTaken, draftOf, during, fileOf, me, waiting,
} from "hallway/kept";
import { giveUp, queue, takeBack as becomeDraft, tryAgain } from "hallway/queue";
import { trying } from "hallway/pauses";
import { ask, quietly, SignedOut, Unreachable } from "hallway/requests";
import { drain, isGoing, Later } from "hallway/sending";
import { announce } from "hallway/signals";
import { erase } from "hallway/store";
import { isInHand } from "hallway/written";

/** By what the service worker knows that something waits. */
const SYNC = "outbox";
const attempts = trying(flush);
/** Lanes into which something is being put that goes at once. */
const starting = new Set();
/** Lanes in which the server itself could take nothing, though it is there. */
const refusing = new Set();

/**
 * Send what is written in a draft, with its files, as soon as that is possible. What it replaces,
 * because its author took that back, goes where that stood.
 * @param {import("hallway/written").Entry} entry without its place
 */
export async function send(entry) {
  const { files = [], place } = draftOf(entry.draft) ?? {};
  const last = waiting().at(-1)?.place ?? 0;
  const placed = { ...entry, files, place: place ?? Math.max(Date.now(), last + 1) };
  starting.add(placed.lane);
  assumeQueued(placed);
  tell("outbox", { entry: placed, state: "queued" });
  await during(queue(me(), placed));
  starting.delete(placed.lane);
  go(placed.lane);
}

/**
 * Try a failed one again.
 * @param {string} id its client_id
 */
export async function retry(id) {
  await tryAgain(me(), id);
  flush();
}

/**
 * Give one up, and its files; one that may have left the device stays.
 * @param {string} id its client_id
 */
export async function discard(id) {
  const entry = waiting().find((one) => one.client_id === id);
  if (!entry || !isInHand(entry)) return;
  const files = entry.files.map(fileOf).filter(Boolean);
  assumeGone(id);
  if (!(await during(giveUp(me(), id)))) return;
  for (const { key } of files) abandon(key);
  for (const file of files) if (file.id) takeOff(file);
}

/** Take an upload off the server that nothing will carry. */
export const takeOff = ({ id }) => quietly(() => ask(`/files/${id}`, { method: "DELETE" }));

/**
 * Make one a draft again, in front of what is being written there by now; one that may have left
 * the device stays.
 * @param {string} id its client_id
 */
export function takeBack(id) {
  const entry = waiting().find((one) => one.client_id === id);
  if (!entry || !isInHand(entry)) return;
  assumeTaken(entry);
  during(becomeDraft(me(), id));
}

/**
 * Remove from this device everything of a person that waits or is being written.
 * @param {string} [user] their id; of the person signed in without it
 */
export function clear(user = me()) {
  announce(user, { type: "erased" });
  return erase(user);
}

/** Send everything that waits. */
export function flush() {
  for (const lane of new Set(waiting().map((entry) => entry.lane))) go(lane);
}

/**
 * How one that waits is: "failed", "waiting" for a connection, "later" when the server cannot
 * take it now, else "going".
 * @param {import("hallway/written").Entry} entry
 */
export function stateOf({ lane, failed }) {
  if (failed) return "failed";
  if (starting.has(lane) || isGoing(me(), lane)) return "going";
  return refusing.has(lane) ? "later" : "waiting";
}

async function go(lane) {
  // Whoever began it sees how it ends.
  if (isGoing(me(), lane)) return void drain(me(), lane);
  try {
    await drain(me(), lane);
    refusing.delete(lane);
    attempts.afresh();
  } catch (error) {
    if (error instanceof SignedOut) return;
    if (!(error instanceof Unreachable)) throw error;
    refusing[error instanceof Later ? "add" : "delete"](lane);
    tell("kept");
    attempts.later(error.after);
    wakeWorker();
  }
}

// Also when this page is gone by then. Not every browser can, and a person may have forbidden it.
async function wakeWorker() {
  try {
    navigator.storage?.persist?.();
    const worker = await navigator.serviceWorker?.getRegistration();
    await worker?.sync?.register(SYNC);
  } catch {
    // Then it goes when a page is open again.
  }
}

function atOnce() {
  attempts.afresh();
  flush();
}

hear("connected", atOnce);
hear("woke", atOnce);
addEventListener("online", atOnce);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden" && waiting().length) wakeWorker();
});
