// "Sent" and "Seen" under the last own message.
import { hear } from "hallway/events";
import { currentLog, isMine, isOpen, messagesOf, seqOf } from "hallway/messages";
import { holding } from "hallway/scrolling";
import { inWords } from "hallway/times";

/** When somebody was seen reading, by the seq they reached. */
let seenAt = null;

function show(log) {
  const own = messagesOf(log).findLast((message) => isMine(message) && isText(message));
  const shown = log.querySelector(":scope > .message > .receipt");
  // Under the last own message means: the one at the very end of what this person said.
  if (!own || log.hasAttribute("data-newer")) return shown?.remove();
  const text = wordsFor(log, own);
  if (shown?.parentElement === own && shown.textContent === text) return;
  const receipt = document.createElement("p");
  receipt.className = "status receipt";
  receipt.textContent = text;
  holding(log, () => {
    shown?.remove();
    own.append(receipt);
  });
}

const isText = (message) =>
  message.dataset.kind === "text" && !message.classList.contains("deleted");

function wordsFor(log, own) {
  const seen = Number(log.dataset.seenSeq || 0);
  if (seqOf(own) > seen) return "Sent";
  if (seenAt?.from < seqOf(own) && seenAt.to >= seqOf(own)) {
    return `Seen ${inWords(seenAt.at, "clock")}`;
  }
  return "Seen";
}

hear("opened", ({ log }) => {
  seenAt = null;
  show(log);
});
hear("placed", ({ log }) => show(log));
hear("replaced", ({ log }) => show(log));
hear("read", ({ thread_id: thread, user_id: user, seq }) => {
  const log = currentLog();
  if (!isOpen(thread) || String(user) === log.dataset.personId) return;
  const before = Number(log.dataset.seenSeq || 0);
  if (seq <= before) return;
  seenAt = { from: before, to: seq, at: new Date() };
  log.dataset.seenSeq = seq;
  show(log);
});
