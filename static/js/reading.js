// What was really on screen for a moment counts as read.
import { hear, on } from "hallway/events";
import { currentLog, isMine, messagesOf, seqOf } from "hallway/messages";
import { ask, quietly } from "hallway/requests";

const MOMENT = 300;

/** How far this page has told the server, by thread. */
const told = new Map();
let looking = false;
let telling = false;

/** The seq of the last message of others that stands in view, 0 when nobody can see it. */
function lastSeen(log) {
  if (document.visibilityState !== "visible" || !log?.isConnected) return 0;
  const { top, bottom } = log.getBoundingClientRect();
  if (bottom <= top) return 0;
  const shown = messagesOf(log).findLast((message) => {
    if (isMine(message) || message.dataset.kind !== "text") return false;
    const box = message.getBoundingClientRect();
    // Half of it; of one that is taller than the window, half of the window.
    return box.height && box.top + Math.min(box.height, bottom - top) / 2 <= bottom;
  });
  return shown ? seqOf(shown) : 0;
}

function glance() {
  const log = currentLog();
  if (!log || looking) return;
  const before = lastSeen(log);
  if (before <= toldOf(log)) return;
  looking = true;
  setTimeout(() => {
    looking = false;
    const after = lastSeen(log);
    if (Math.min(before, after)) tellServer(log, Math.min(before, after));
    if (after > before) glance();
  }, MOMENT);
}

const toldOf = (log) =>
  Math.max(told.get(log.dataset.threadId) ?? 0, Number(log.dataset.readSeq || 0));

async function tellServer(log, seq) {
  if (telling || seq <= toldOf(log)) return;
  telling = true;
  const { threadId } = log.dataset;
  await quietly(async () => {
    const answer = await ask(`/threads/${threadId}/read-position`, {
      method: "PUT",
      body: new URLSearchParams({ seq }),
    });
    if (answer.ok) told.set(threadId, Math.max(seq, told.get(threadId) ?? 0));
  });
  telling = false;
  // More may have come into view while this was under way.
  if (told.has(threadId)) glance();
}

hear("opened", ({ log }) => {
  log.addEventListener("scroll", glance, { passive: true });
  glance();
});
for (const name of ["placed", "replaced", "connected", "caught-up"]) hear(name, glance);
for (const name of ["focus", "resize"]) addEventListener(name, glance);
document.addEventListener("visibilitychange", glance);
on("toggle", "dialog", glance);
