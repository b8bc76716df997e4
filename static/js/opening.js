// A log comes onto the page, by loading it or by a swap, and goes.
import { dress, relate } from "hallway/decorating";
import { hear, tell } from "hallway/events";
import { find, messagesOf } from "hallway/log";
import { drawNewLine } from "hallway/newline";
import { showPending } from "hallway/pending";
import { toElement, toEnd } from "hallway/scrolling";

let present = null;

/** See whether another log is on the page than before. */
export function look() {
  const log = document.getElementById("log");
  if (log === present) return;
  if (present) tell("left", { log: present });
  present = log;
  if (log) open(log);
}

function open(log) {
  const messages = messagesOf(log);
  for (const message of messages) dress(log, message);
  for (const message of messages) relate(message);
  drawNewLine(log);
  showPending(log);
  log.dataset.ready = "";
  settle(log);
  tell("opened", { log });
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

function askedFor() {
  const asked = new URLSearchParams(location.search).get("at");
  return Number(asked ?? location.hash.match(/^#message-(\d+)$/)?.[1] ?? 0);
}

/** Watch for logs from now on. */
export function watch() {
  document.addEventListener("htmx:after:swap", look);
  hear("swapped", look);
  look();
}
