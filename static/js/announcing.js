// One hidden line tells screen readers of other conversations, now and then.
import { hear } from "hallway/events";
import { isOpen, parse } from "hallway/messages";

const EVERY = 10_000;
let messages = [];
let timer = 0;
let saidAt = 0;

function say() {
  timer = 0;
  const place = document.getElementById("live");
  if (!place || !messages.length) return;
  saidAt = Date.now();
  const number = `${messages.length} new message${messages.length === 1 ? "" : "s"}`;
  const threads = new Set(messages);
  const [thread] = threads;
  const name = document.querySelector(`#row-${thread} .row-name`)?.textContent;
  const where = threads.size > 1 ? "other conversations" : "another conversation";
  place.textContent = threads.size === 1 && name ? `${number} from ${name}` : `${number} in ${where}`;
  messages = [];
}

// Whom it names may be nobody for this reader any more.
hear("access", () => {
  messages = [];
  document.getElementById("live")?.replaceChildren();
});
hear("message", ({ thread_id: thread, html, kind }) => {
  if (kind !== "created" || isOpen(thread)) return;
  const [message] = parse(html);
  const { authorId, kind: sort } = message?.dataset ?? {};
  if (sort !== "text" || authorId === document.body.dataset.userId) return;
  messages.push(thread);
  timer ||= setTimeout(say, Math.max(0, saidAt + EVERY - Date.now()));
});
