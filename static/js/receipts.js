// "Sent" and "Seen" under the last own message.
import { sees } from "hallway/audience";
import { hear, tell } from "hallway/events";
import { currentLog, isMine, isOpen, messagesOf, seqOf } from "hallway/messages";
import { holding } from "hallway/scrolling";
import { inWords } from "hallway/times";

const NAMED = 3;

/** When somebody was seen reading, by the seq they reached. */
let seenAt = null;

function show(log) {
  const own = messagesOf(log).findLast((message) => isMine(message) && isText(message));
  const shown = log.querySelector(":scope > .message > .receipt");
  // Under the last own message means: the one at the very end of what this person said.
  if (!own || log.hasAttribute("data-newer")) return shown?.remove();
  const text = people() ? namesFor(log, own) : wordsFor(log, own);
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

// About a request everybody who has read is named: each as a list item the server wrote.
const people = () => document.getElementById("seen");

function namesFor(log, own) {
  const { audience } = own.dataset;
  // Colleagues are named only where nobody else sees it.
  const isColleague = (side) => side === "team" && log.dataset.side === "team";
  const seen = [...people().children].filter(({ dataset: { side, seq, begins } }) => {
    const isFor = sees(audience, side) && (audience === "team" || !isColleague(side));
    return isFor && Number(begins) <= seqOf(own) && seqOf(own) <= Number(seq);
  });
  if (!seen.length) return "Sent";
  if (seen.length > NAMED) return `Seen by ${seen.length}`;
  const names = seen.map((one) => one.textContent);
  const times = seen.map((one) => readAt(one, own));
  if (!times.every(Boolean)) return `Seen by ${new Intl.ListFormat("en").format(names)}`;
  return `Seen by ${names.map((name, n) => `${name} ${inWords(times[n], "clock")}`).join(", ")}`;
}

// Known for what they have read last, or saw come; of what came before nobody noted it.
function readAt({ dataset: { seq, since = seq - 1, at } }, own) {
  return at && since < seqOf(own) && Number(seq) >= seqOf(own) ? new Date(at) : null;
}

hear("opened", ({ log }) => {
  seenAt = null;
  show(log);
});
for (const name of ["placed", "replaced"]) hear(name, ({ log }) => show(log));
hear("seen", () => show(currentLog()));
hear("read", ({ thread_id: thread, user_id: user, seq }) => {
  const log = currentLog();
  if (!isOpen(thread) || String(user) === log.dataset.personId) return;
  if (people()) readBy(user, seq);
  else readUpTo(log, seq);
  show(log);
});

function readBy(user, seq) {
  const one = people().querySelector(`[data-user-id="${user}"]`);
  // Somebody of the team is named only now that they have read.
  if (!one) return tell("reader");
  if (seq <= Number(one.dataset.seq)) return;
  Object.assign(one.dataset, { since: one.dataset.seq, seq, at: new Date().toISOString() });
}

function readUpTo(log, seq) {
  const before = Number(log.dataset.seenSeq || 0);
  if (seq <= before) return;
  seenAt = { from: before, to: seq, at: new Date() };
  log.dataset.seenSeq = seq;
}
