// The log: messages by seq, each in its newest version, whatever the order they arrive in.
import { dress, relate } from "hallway/decorating";
import { tell } from "hallway/events";
import { holding } from "hallway/scrolling";

/** The log on screen, or null. */
export function currentLog() {
  return document.getElementById("log");
}

/**
 * The stored messages a log shows, the oldest first; pending ones are not among them.
 * @param {Element} log
 * @returns {HTMLElement[]}
 */
export function messagesOf(log) {
  return [...log.querySelectorAll(":scope > .message[data-seq]")];
}

/** @param {HTMLElement} message */
export const seqOf = (message) => Number(message.dataset.seq);

/**
 * Whether the person who reads wrote this message.
 * @param {HTMLElement} message
 */
export const isMine = (message) => message.dataset.authorId === document.body.dataset.userId;

/**
 * Bring fragments into a log: new ones by their seq, changed ones over an older version. What
 * the log has already, or what lies outside the pages it holds, is left out.
 * @param {HTMLElement} log
 * @param {string | HTMLElement[]} fragments
 * @param {{page?: boolean, live?: boolean}} [how] page: it borders on what the log holds;
 *   live: it has just been written
 */
export function place(log, fragments, { page = false, live = false } = {}) {
  const nodes = typeof fragments === "string" ? parse(fragments) : fragments;
  const arrived = nodes.filter((node) => isNews(log, node));
  const messages = page ? arrived : arrived.filter((node) => belongs(log, node));
  const added = messages.filter((node) => !find(log, seqOf(node)));
  if (messages.length) {
    holding(log, () => put(log, messages));
    tell("placed", { log, messages, added, live });
  }
  if (messages.length < arrived.length) tell("beyond", { log, messages: arrived.filter(isLater) });
  function isLater(node) {
    return !messages.includes(node) && seqOf(node) > seqOf(messagesOf(log).at(-1) ?? node);
  }
}

/**
 * Give a log other contents: the newest page, or the surroundings of a message.
 * @param {HTMLElement} log
 * @param {string} html
 * @param {{older?: boolean, newer?: boolean}} [more] whether there is more on either side
 */
export function replace(log, html, { older = true, newer = false } = {}) {
  holding(log, () => {
    for (const child of [...log.children]) if (!child.matches(".pending")) child.remove();
    log.toggleAttribute("data-older", older);
    log.toggleAttribute("data-newer", newer);
    put(log, parse(html));
  });
  tell("replaced", { log });
}

/**
 * The messages in a text of fragments.
 * @param {string} html
 * @returns {HTMLElement[]}
 */
export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return [...template.content.querySelectorAll(".message[data-seq]")];
}

function isNews(log, node) {
  const known = find(log, seqOf(node));
  return !known || Number(node.dataset.version) > Number(known.dataset.version);
}

/**
 * The message with a seq, if the log shows it.
 * @param {Element} log
 * @param {number} seq
 */
export function find(log, seq) {
  return log.querySelector(`:scope > #message-${seq}`);
}

// A message beyond the pages at hand would leave a gap: its page will bring it.
function belongs(log, node) {
  const messages = messagesOf(log);
  if (!messages.length) return !log.hasAttribute("data-newer");
  const seq = seqOf(node);
  const before = seq < seqOf(messages[0]) && log.hasAttribute("data-older");
  const after = seq > seqOf(messages.at(-1)) && log.hasAttribute("data-newer");
  return !before && !after;
}

function put(log, nodes) {
  for (const node of nodes) {
    const known = find(log, seqOf(node));
    if (known) known.replaceWith(node);
    else log.insertBefore(node, successor(log, seqOf(node)));
    dress(log, node);
  }
  for (const node of nodes) relate(node);
}

// From the end, because nearly everything that arrives is the newest.
function successor(log, seq) {
  const messages = messagesOf(log);
  let low = 0;
  let high = messages.length;
  if (high && seqOf(messages[high - 1]) < seq) low = high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (seqOf(messages[middle]) < seq) low = middle + 1;
    else high = middle;
  }
  return messages[low] ? startOf(messages[low]) : log.querySelector(":scope > .message.pending");
}

// Its day and the New line stand before a message; what is inserted comes before these.
function startOf(message) {
  let start = message;
  while (start.previousElementSibling?.matches(".day, .new-line")) {
    start = start.previousElementSibling;
  }
  return start;
}
