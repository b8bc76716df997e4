// The pill that leads to the newest message, and how many have come below.
import { hear, on } from "hallway/events";
import { toLatest } from "hallway/leaping";
import { currentLog, isMine, seqOf } from "hallway/messages";
import { quietly } from "hallway/requests";
import { distanceToEnd, isAtEnd } from "hallway/scrolling";

const APPEARS = 240;
const below = new Set();

function show() {
  const log = currentLog();
  const pill = document.getElementById("jump");
  if (!log || !pill) return;
  if (isAtEnd(log)) below.clear();
  pill.hidden = !log.hasAttribute("data-newer") && distanceToEnd(log) <= APPEARS && !below.size;
  const label = pill.querySelector("[data-jump-label]");
  const text = below.size ? `${below.size} new message${below.size === 1 ? "" : "s"}` : "";
  if (label && label.textContent !== text) label.textContent = text;
  pill.setAttribute("aria-label", text ? `Jump to latest, ${text}` : "Jump to latest");
}

function jump() {
  const log = currentLog();
  if (log) quietly(() => toLatest(log)).then(show);
}

hear("opened", ({ log }) => {
  below.clear();
  log.addEventListener("scroll", show, { passive: true });
  show();
});
function count({ log, added, messages, live = true }) {
  const theirs = (added ?? messages).filter((message) => !isMine(message));
  if (live && !isAtEnd(log)) for (const message of theirs) below.add(seqOf(message));
  show();
}

hear("placed", count);
hear("beyond", count);
hear("replaced", show);
hear("edge", show);
on("click", "#jump", (_pill, event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  jump();
});
hear("jump", jump);
