// A log comes onto the page, by loading it or by a swap, and goes.
import { dress, relate } from "hallway/decorating";
import { hear, tell } from "hallway/events";
import { askedFor, point, startAfter } from "hallway/leaping";
import { find, isMine, messagesOf, seqOf } from "hallway/messages";
import { drawNewLine, redrawNewLine } from "hallway/newline";
import { quietly } from "hallway/requests";
import { holding, toElement, toEnd } from "hallway/scrolling";

let present = null;
/** Whether its reader has done something since it was opened. */
let touched = false;

/** See whether another log is on the page than before. */
function look() {
  const log = document.getElementById("log");
  if (log === present) return;
  if (present) tell("left", { log: present });
  present = log;
  touched = false;
  if (log) open(log);
}

async function open(log) {
  dressAll(log);
  // Of a saved one it is not known yet how far it was read: see below.
  if (!isSaved(log) && startsEarlier(log)) await quietly(() => startAfter(log, Number(log.dataset.readSeq)));
  if (log !== present) return;
  drawNewLine(log);
  log.dataset.ready = "";
  settle(log);
  tell("opened", { log });
}

const isSaved = (log) => log.dataset.saved !== undefined;

// A saved log has caught up, which may take a while: nothing moves under the eyes of who reads.
async function start(log) {
  if (!touched && startsEarlier(log)) await quietly(() => startAfter(log, Number(log.dataset.readSeq)));
  if (log !== present) return;
  if (touched) return holding(log, () => redrawNewLine(log));
  redrawNewLine(log);
  settle(log);
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
  hear("caught-up", ({ log, isFirst }) => isFirst && log === present && start(log));
  for (const type of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    addEventListener(type, () => (touched = true), { passive: true, capture: true });
  }
  look();
}
