// Places that lie beyond the pages at hand: the newest message, an older one, the first unread.
import { hear, tell } from "hallway/events";
import { place, replace } from "hallway/log";
import { currentLog, find, parse, seqOf } from "hallway/messages";
import { ask, quietly } from "hallway/requests";
import { toElement, toEnd } from "hallway/scrolling";

/**
 * Put another part of the conversation into a log.
 * @param {HTMLElement} log
 * @param {string} query which part, as the server is asked for it; empty for the newest
 * @param {{older?: boolean, newer?: boolean}} more
 */
async function fetchPart(log, query, more) {
  const { threadId, version } = log.dataset;
  const part = await ask(`/threads/${threadId}/messages${query}`);
  if (!part.ok || !log.isConnected) return;
  replace(log, part.text, more);
  // The part is as old as the question; what has happened since is asked for once more.
  log.dataset.version = part.headers.get("X-Thread-Version") ?? version;
  tell("missed");
}

/**
 * Go to the newest message.
 * @param {HTMLElement} log
 */
export async function toLatest(log) {
  if (log.hasAttribute("data-newer")) await fetchPart(log, "", { older: true });
  toEnd(log);
}

/**
 * Go to a message, wherever it stands.
 * @param {HTMLElement} log
 * @param {number} seq
 */
async function toMessage(log, seq) {
  if (!find(log, seq)) await fetchPart(log, `?around=${seq}`, { older: true, newer: true });
  const message = find(log, seq);
  if (message) point(log, message);
}

/**
 * Show a log from the first message after a seq on, if it begins later than that.
 * @param {HTMLElement} log
 * @param {number} seq
 */
export async function startAfter(log, seq) {
  const { threadId, version } = log.dataset;
  const answer = await ask(`/threads/${threadId}/messages?after=${seq}`);
  const part = answer.ok ? parse(answer.text) : [];
  if (!part.length || find(log, seqOf(part[0])) || !log.isConnected) return;
  log.dataset.begins = seqOf(part[0]);
  const borders = part.some((message) => find(log, seqOf(message)));
  if (borders) place(log, part, { page: true });
  else replace(log, answer.text, { older: true, newer: true });
  log.dataset.version = version;
  tell("missed");
}

/**
 * Bring a message to the middle and show which one is meant.
 * @param {HTMLElement} log
 * @param {HTMLElement} message
 */
export function point(log, message) {
  toElement(log, message, "center");
  message.classList.add("found");
  setTimeout(() => message.classList.remove("found"), 2_000);
}

/** The seq the address asks for, 0 for none. */
export function askedFor() {
  const asked = new URLSearchParams(location.search).get("at");
  return Number(location.hash.match(/^#message-(\d+)$/)?.[1] ?? asked ?? 0);
}

addEventListener("hashchange", () => {
  const log = currentLog();
  if (log && askedFor()) quietly(() => toMessage(log, askedFor()));
});
hear("opened", ({ log }) => {
  const seq = askedFor();
  if (seq && !find(log, seq)) quietly(() => toMessage(log, seq));
});
