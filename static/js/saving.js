// The service worker learns what happens on pages, so that what it has saved stays up to date.
import { hear } from "hallway/events";
import { isConnected } from "hallway/socket";
import { toast } from "hallway/toasts";

/** How long a page is left in peace with itself before everything saved is looked at, in ms. */
const IN_PEACE = 3_000;
/** What comes within so many ms is saved at once. */
const TOGETHER = 500;
const worker = navigator.serviceWorker;
let timer = 0;

const user = document.body.dataset.userId;

const tellWorker = (message) => worker?.controller?.postMessage({ ...message, user });

/** What came, by thread, and was not handed over yet. */
let arrived = new Map();

function handOver() {
  for (const [thread, html] of arrived) tellWorker({ type: "message", thread, html });
  arrived = new Map();
}

hear("message", ({ thread_id: id, html }) => {
  const thread = String(id);
  if (!arrived.size) setTimeout(handOver, TOGETHER);
  arrived.set(thread, (arrived.get(thread) ?? "") + html);
});
hear("read-here", ({ thread, seq }) => tellWorker({ type: "read", thread, seq }));
let stamp;

function compareSoon() {
  clearTimeout(timer);
  timer = setTimeout(compare, IN_PEACE);
}

function compare() {
  clearTimeout(timer);
  timer = 0;
  tellWorker({ type: "contact", stamp });
}

hear("contact", (contact) => {
  ({ stamp } = contact);
  compareSoon();
});
hear("access", () => {
  stamp = `changed at ${Date.now()}`;
  compareSoon();
});
// One of another release draws anew what is saved.
worker?.addEventListener("controllerchange", () => stamp && compareSoon());
// A page may be open for days, or for a moment only.
document.addEventListener("visibilitychange", () => {
  if (timer) compare();
  else if (isConnected()) tellWorker({ type: "contact" });
});
addEventListener("pagehide", () => {
  handOver();
  if (timer) compare();
});
worker?.addEventListener("message", ({ data }) => {
  if (data?.type !== "full") return;
  toast("This device is full. New messages can't be kept for when you're offline.", { failed: true });
});
