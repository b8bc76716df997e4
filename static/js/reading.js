// What was really on screen for a moment counts as read.
import { hear, on, tell } from "hallway/events";
import { currentLog, isMine, messagesOf, seqOf } from "hallway/messages";
import { ask, quietly } from "hallway/requests";

const MOMENT = 300;

/** How far this page has told the server, by thread. */
const told = new Map();
let looking = false;
let telling = false;
/** The thread its reader has just marked unread: nothing of it is read until it is opened again. */
let spared = null;

function isShown(log) {
  const shown = document.visibilityState === "visible" && log?.isConnected;
  return shown && log.getBoundingClientRect().height > 0 && log.dataset.threadId !== spared;
}

/** The seq of the last message of others that stands in view, 0 when nobody can see it. */
function lastSeen(log) {
  if (!isShown(log)) return 0;
  const { top, bottom } = log.getBoundingClientRect();
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
  if (!isNews(log, before)) return;
  looking = true;
  setTimeout(() => {
    looking = false;
    const after = lastSeen(log);
    tellServer(log, Math.min(before, after));
    if (after > before) glance();
  }, MOMENT);
}

const toldOf = (log) =>
  Math.max(told.get(log.dataset.threadId) ?? 0, Number(log.dataset.readSeq || 0));

// What was marked unread is read by opening it, also when nothing in it is new.
const isMarked = (log) => log.hasAttribute("data-marked") && isShown(log);
const isNews = (log, seq) => seq > toldOf(log) || isMarked(log);

async function tellServer(log, seq) {
  if (telling || !isNews(log, seq)) return;
  telling = true;
  const { threadId } = log.dataset;
  await quietly(async () => {
    const answer = await ask(`/threads/${threadId}/read-position`, {
      method: "PUT",
      body: new URLSearchParams({ seq }),
    });
    if (!answer.ok) return;
    told.set(threadId, Math.max(seq, told.get(threadId) ?? 0));
    log.removeAttribute("data-marked");
    tell("read-here", { thread: threadId, seq });
  });
  telling = false;
  // More may have come into view while this was under way.
  if (told.has(threadId)) glance();
}

hear("spare", ({ thread }) => {
  spared = String(thread);
});
hear("opened", ({ log }) => {
  spared = null;
  log.addEventListener("scroll", glance, { passive: true });
  glance();
});
for (const name of ["placed", "replaced", "connected", "caught-up", "seen"]) hear(name, glance);
for (const name of ["focus", "resize"]) addEventListener(name, glance);
document.addEventListener("visibilitychange", glance);
on("toggle", "dialog", glance);
