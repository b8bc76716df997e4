// Older pages when the start comes near, newer ones in a log that was opened in the middle.
import { hear, on, tell } from "hallway/events";
import { currentLog, messagesOf, place, replace, seqOf } from "hallway/log";
import { part } from "hallway/parts";
import { ask, SignedOut } from "hallway/requests";
import { holding, toEnd } from "hallway/scrolling";

const EDGES = {
  older: { ask: "before", edge: (messages) => messages[0] },
  newer: { ask: "after", edge: (messages) => messages.at(-1) },
};
const busy = new Set();
let watcher = null;

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
  if (log.querySelector(`.log-note[data-way="${way}"]`)) return;
  const edge = EDGES[way].edge(messagesOf(log));
  if (!edge) return;
  busy.add(way);
  try {
    const address = `/threads/${log.dataset.threadId}/messages?${EDGES[way].ask}=${seqOf(edge)}`;
    const response = await ask(address);
    if (!response.ok) throw new Error(address);
    insert(log, way, response.status === 204 ? "" : await response.text());
  } catch (error) {
    if (!(error instanceof SignedOut) && log.isConnected) note(log, way);
  } finally {
    busy.delete(way);
  }
  if (log.isConnected) watchEdges(log);
}

// Marked busy, so that a screen reader does not read out a page of history as news.
function insert(log, way, html) {
  if (!log.isConnected) return;
  log.setAttribute("aria-busy", "true");
  if (!html) log.removeAttribute(`data-${way}`);
  else place(log, html, { page: true });
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

/**
 * Go to the newest message, wherever the log was opened.
 * @param {HTMLElement} log
 */
export async function toLatest(log) {
  if (log.hasAttribute("data-newer")) {
    const response = await ask(`/threads/${log.dataset.threadId}/messages`);
    if (!response.ok || !log.isConnected) return;
    const version = Number(response.headers.get("X-Thread-Version"));
    replace(log, await response.text());
    log.dataset.version = Math.max(version, Number(log.dataset.version));
  }
  toEnd(log);
}

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
