// The New line: where reading begins at opening. It stays until the conversation is left.
import { relate } from "hallway/decorating";
import { hear } from "hallway/events";
import { isMine, messagesOf, seqOf } from "hallway/messages";
import { holding } from "hallway/scrolling";

/** How far was read when the log was opened; what arrives later is no reason for a line. */
let openedAt = null;

/**
 * Put the New line before the first unread message of others, if the log shows where it is.
 * @param {HTMLElement} log
 */
export function drawNewLine(log) {
  const { readSeq, newest, begins } = log.dataset;
  openedAt ??= { read: Number(readSeq), newest: Number(newest), from: Number(begins) };
  const messages = messagesOf(log);
  const first = messages.findIndex(isUnread);
  if (first < 0 || log.querySelector(":scope > .new-line")) return;
  // With more unread on an earlier page the line belongs there; with nothing before it, nowhere.
  // `from` is known to be the first of them.
  const hasOlder = log.hasAttribute("data-older");
  const isFirst = seqOf(messages[0]) <= openedAt.read || seqOf(messages[0]) === openedAt.from;
  if (hasOlder ? !isFirst : first === 0) return;
  const line = document.createElement("div");
  line.className = "new-line";
  line.append(document.createElement("span"));
  line.firstChild.textContent = "New";
  messages[first].before(line);
  relate(messages[first]);
}

/**
 * Draw the line anew, now that it is known how far was read.
 * @param {HTMLElement} log
 */
export function redrawNewLine(log) {
  const line = log.querySelector(":scope > .new-line");
  const after = line?.nextElementSibling;
  line?.remove();
  if (after) relate(after);
  openedAt = null;
  drawNewLine(log);
}

function isUnread(message) {
  const seq = seqOf(message);
  const unread = seq > openedAt.read && seq <= openedAt.newest;
  return unread && message.dataset.kind === "text" && !isMine(message);
}

hear("placed", ({ log, live }) => {
  if (!live) holding(log, () => drawNewLine(log));
});
hear("replaced", ({ log }) => holding(log, () => drawNewLine(log)));
hear("left", () => {
  openedAt = null;
});
