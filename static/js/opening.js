// A log comes onto the page, by loading it or by a swap, and goes.
import { dress, relate } from "hallway/decorating";
import { hear, tell } from "hallway/events";
import { askedFor, point, startAfter } from "hallway/leaping";
import { find, isMine, messagesOf, seqOf } from "hallway/messages";
import { drawNewLine } from "hallway/newline";
import { showPending } from "hallway/pending";
import { quietly } from "hallway/requests";
import { toElement, toEnd } from "hallway/scrolling";

let present = null;

/** See whether another log is on the page than before. */
function look() {
  const log = document.getElementById("log");
  if (log === present) return;
  if (present) tell("left", { log: present });
  present = log;
  if (log) open(log);
}

async function open(log) {
  dressAll(log);
  if (startsEarlier(log)) await quietly(() => startAfter(log, Number(log.dataset.readSeq)));
  if (log !== present) return;
  drawNewLine(log);
  showPending(log);
  log.dataset.ready = "";
  settle(log);
  tell("opened", { log });
}

function dressAll(log) {
  const messages = messagesOf(log);
  for (const message of messages) dress(log, message);
  for (const message of messages) relate(message);
}

// More is unread than a page holds: reading begins with the first of it, not with the last page.
function startsEarlier(log) {
  if (askedFor() || !log.hasAttribute("data-older")) return false;
  const read = Number(log.dataset.readSeq);
  const [first] = messagesOf(log);
  const unread = messagesOf(log).some((message) => seqOf(message) > read && !isMine(message));
  return unread && seqOf(first) > read;
}

// At the message asked for; else where reading begins; else at the end.
function settle(log) {
  const message = find(log, askedFor());
  const line = log.querySelector(":scope > .new-line");
  toEnd(log);
  if (message) point(log, message);
  else if (line && line.getBoundingClientRect().top < log.getBoundingClientRect().top + 48) {
    toElement(log, line, "start");
  }
}

/** Watch for logs from now on. */
export function watch() {
  document.addEventListener("htmx:after:swap", look);
  hear("swapped", look);
  look();
}
