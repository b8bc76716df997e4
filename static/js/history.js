// Older pages when the start comes near, newer ones in a log that was opened in the middle.
import { hear, on, tell } from "hallway/events";
import { place } from "hallway/log";
import { currentLog, isOpen, messagesOf, seqOf } from "hallway/messages";
import { part } from "hallway/parts";
import { ask, SignedOut, Unreachable } from "hallway/requests";
import { holding } from "hallway/scrolling";

const EDGES = {
  older: { ask: "before", edge: (messages) => messages[0] },
  newer: { ask: "after", edge: (messages) => messages.at(-1) },
};
const busy = new Set();
let watcher = null;
/** How many changes of this thread were heard of; some may have fallen beside a page. */
let changes = 0;

// Only a change of what is visible is reported, so the edges are watched anew after each page.
function watchEdges(log) {
  watcher?.disconnect();
  const messages = messagesOf(log);
  const edges = Object.keys(EDGES)
    .filter((way) => log.hasAttribute(`data-${way}`))
    .map((way) => [way, EDGES[way].edge(messages)]);
  watcher = new IntersectionObserver((entries) => {
    const near = entries.filter((entry) => entry.isIntersecting).map((entry) => entry.target);
    for (const [way, edge] of edges) if (near.includes(edge)) load(log, way);
  }, { root: log, rootMargin: "800px 0px" });
  for (const [, edge] of edges) if (edge) watcher.observe(edge);
}

async function load(log, way) {
  if (busy.has(way) || !log.isConnected || !log.hasAttribute(`data-${way}`)) return;
  const edge = EDGES[way].edge(messagesOf(log));
  if (!edge || log.querySelector(`.log-note[data-way="${way}"]`)) return;
  const address = `/threads/${log.dataset.threadId}/messages?${EDGES[way].ask}=${seqOf(edge)}`;
  const { version } = log.dataset;
  const heard = changes;
  busy.add(way);
  try {
    const page = await ask(address);
    if (!page.ok) throw new Unreachable(address);
    if (edge.isConnected) insert(log, way, page.text);
  } catch (error) {
    if (!(error instanceof Unreachable || error instanceof SignedOut)) throw error;
    if (log.isConnected) note(log, way);
  } finally {
    busy.delete(way);
  }
  // A change that came while the page was under way found nothing to change, and the page may
  // be from before it: what happened since then is asked for again.
  if (log.dataset.version !== version || changes !== heard) {
    log.dataset.version = version;
    tell("missed");
  }
  if (log.isConnected) watchEdges(log);
}

// Marked busy, so that a screen reader does not read out a page of history as news.
function insert(log, way, html) {
  log.setAttribute("aria-busy", "true");
  if (html) place(log, html, { page: true });
  else log.removeAttribute(`data-${way}`);
  requestAnimationFrame(() => log.removeAttribute("aria-busy"));
  if (!html) tell("edge", { log });
}

function note(log, way) {
  const words = part("note");
  words.dataset.way = way;
  holding(log, () => (way === "older" ? log.prepend(words) : log.append(words)));
}

function retry(log, way) {
  holding(log, () => log.querySelector(`.log-note[data-way="${way}"]`)?.remove());
  load(log, way);
}

hear("message", ({ thread_id: thread }) => {
  if (isOpen(thread)) changes++;
});
hear("opened", ({ log }) => watchEdges(log));
hear("replaced", ({ log }) => watchEdges(log));
hear("left", () => watcher?.disconnect());
hear("connected", () => {
  const log = currentLog();
  for (const words of log?.querySelectorAll(".log-note") ?? []) retry(log, words.dataset.way);
});
on("click", ".log-note button", (button) => {
  const words = button.closest(".log-note");
  retry(words.closest(".log"), words.dataset.way);
});
