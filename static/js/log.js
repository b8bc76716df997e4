// The log: messages by seq, each in its newest version, whatever the order they arrive in.
import { dress, relate } from "hallway/decorating";
import { tell } from "hallway/events";
import { find, messagesOf, parse, seqOf, versionOf } from "hallway/messages";
import { holding } from "hallway/scrolling";

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
  const newest = seqOf(messagesOf(log).at(-1) ?? log);
  const later = arrived.filter((node) => !messages.includes(node) && seqOf(node) > newest);
  if (later.length) tell("beyond", { log, messages: later });
}

/**
 * Give a log other contents: the newest page, or the surroundings of a message.
 * @param {HTMLElement} log
 * @param {string} html
 * @param {{older?: boolean, newer?: boolean}} [more] whether there is more on either side
 */
export function replace(log, html, { older = true, newer = false } = {}) {
  // Busy, so that a screen reader does not read out a page of history as news.
  log.setAttribute("aria-busy", "true");
  holding(log, () => {
    for (const child of [...log.children]) if (!child.matches(".pending")) child.remove();
    log.toggleAttribute("data-older", older);
    log.toggleAttribute("data-newer", newer);
    put(log, parse(html));
  });
  tell("replaced", { log });
  requestAnimationFrame(() => log.removeAttribute("aria-busy"));
}

function isNews(log, node) {
  const known = find(log, seqOf(node));
  return !known || versionOf(node) > versionOf(known);
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
