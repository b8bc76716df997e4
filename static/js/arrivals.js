// What has just been written goes into the log on screen.
import { hear } from "hallway/events";
import { place } from "hallway/log";
import { currentLog, isMine, isOpen, parse } from "hallway/messages";
import { isAtEnd } from "hallway/scrolling";

const calm = matchMedia("(prefers-reduced-motion: reduce)");

// One's own message may come back over the socket before the answer to its sending. Only the
// answer says which pending message it is, so until then it is held, or it would stand there twice.
let held = [];

/**
 * Bring in messages that came by themselves.
 * @param {HTMLElement} log
 * @param {string} html
 */
export function bring(log, html) {
  const nodes = parse(html);
  const early = isSending(log) ? nodes.filter(isMine) : [];
  held.push(...early);
  place(log, nodes.filter((node) => !early.includes(node)), { live: true });
}

// Another tab, or the service worker, may be sending it.
const isSending = (log) => log.querySelector(":scope > .pending[data-attempted]:not(.failed)") !== null;

function release() {
  const log = currentLog();
  if (!held.length || !log || isSending(log)) return;
  const nodes = held;
  held = [];
  place(log, nodes, { live: true });
}

hear("message", ({ thread_id: thread, html }) => {
  if (isOpen(thread)) bring(currentLog(), html);
});
hear("kept", () => queueMicrotask(release));
hear("left", () => {
  held = [];
});
hear("placed", ({ log, added, live }) => {
  if (!live || calm.matches || added.length > 3 || !isAtEnd(log)) return;
  for (const message of added) {
    message.classList.add("arriving");
    message.addEventListener("animationend", () => message.classList.remove("arriving"));
  }
});
