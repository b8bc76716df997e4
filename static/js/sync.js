// Catching up: everything that happened while this page could not hear it.
//
// The log's data-version says up to which version this page holds all changes of the thread, and
// only an answer of the server raises it. A socket event does not, although versions of one
// thread are committed in order: events are sent after the commit, by different processes, so
// the one of version 8 may arrive before that of version 7, and the connection may break in
// between. Then 7 would never be asked for. What arrives twice that way is dropped by its
// version. So that the gap to be asked for stays small, live traffic is confirmed now and then.
import { bring } from "hallway/arrivals";
import { hear, tell } from "hallway/events";
import { replace } from "hallway/log";
import { currentLog, isOpen, messagesOf, seqOf } from "hallway/messages";
import { ask, quietly } from "hallway/requests";
import { isConnected } from "hallway/socket";

const ASLEEP = 60_000;
const CONFIRMED_AFTER = 30_000;
const RETRIED_AFTER = 35_000;

let running = false;
let wanted = false;
let timer = 0;
let hiddenAt = Infinity;
/** Messages that arrived live while an answer was under way. */
let meanwhile = [];

/** Ask for all that is missing; while one request is under way a second one is only noted. */
export async function catchUp() {
  wanted = true;
  if (running) return;
  running = true;
  try {
    while (wanted) {
      wanted = false;
      await Promise.all([quietly(changes), quietly(badge)]);
    }
  } finally {
    running = false;
  }
}

async function badge() {
  const answer = await ask("/badge");
  if (!answer.ok) return;
  tell("badge", JSON.parse(answer.text));
  const { headers } = answer;
  tell("contact", {
    stamp: headers.get("X-Hallway-Stamp"),
    release: headers.get("X-Hallway-Release"),
  });
}

async function changes() {
  const log = currentLog();
  if (!log) return;
  meanwhile = [];
  // Asked again if no answer comes although the socket stands; taken back by the answer.
  confirmLater(RETRIED_AFTER);
  const { threadId, version } = log.dataset;
  const answer = await ask(`/threads/${threadId}/messages?after_version=${version}`);
  clearTimeout(timer);
  timer = 0;
  if (!log.isConnected) return;
  if (answer.status === 404) return tell("gone");
  if (!answer.ok) return;
  const reached = Number(answer.headers.get("X-Thread-Version"));
  const isFirst = log.dataset.saved !== undefined;
  delete log.dataset.saved;
  if (isFirst) log.dataset.readSeq = answer.headers.get("X-Read-Seq");
  if (answer.headers.has("X-Thread-Reset")) reset(log, answer.text, reached);
  else {
    bring(log, answer.text);
    log.dataset.version = Math.max(reached, Number(log.dataset.version));
  }
  if (isFirst) log.dataset.newest = seqOf(messagesOf(log).at(-1) ?? log) || "";
  tell("caught-up", { log, isFirst });
}

// The newest page takes the place of everything. Only what is younger than this answer stays:
// the rest is in it, or is not for this person any more. Once more after it, for what was sent
// from here while the answer was under way.
function reset(log, html, reached) {
  replace(log, html);
  for (const message of meanwhile) if (message.version > reached) bring(log, message.html);
  log.dataset.version = reached;
  wanted = true;
  tell("reset");
}

function confirmLater(pause) {
  clearTimeout(timer);
  timer = setTimeout(() => (isConnected() ? catchUp() : undefined), pause);
}

hear("message", (message) => {
  if (!isOpen(message.thread_id)) return;
  if (running) meanwhile.push(message);
  if (!timer) confirmLater(CONFIRMED_AFTER);
});
hear("left", () => {
  clearTimeout(timer);
  timer = 0;
});
hear("missed", catchUp);
// What was saved is shown at once, and then brought up to date.
hear("opened", ({ log }) => {
  if (log.dataset.saved !== undefined && isConnected()) catchUp();
});
// After a short sleep the connection may still stand, with events lost on the way.
for (const name of ["connected", "woke"]) {
  hear(name, () => {
    catchUp();
    tell("stale");
  });
}
addEventListener("online", () => tell("woke"));
addEventListener("pageshow", (event) => {
  if (event.persisted) tell("woke");
});
document.addEventListener("visibilitychange", () => {
  const hidden = document.visibilityState === "hidden";
  if (!hidden && Date.now() - hiddenAt > ASLEEP) tell("woke");
  hiddenAt = hidden ? Date.now() : Infinity;
});
