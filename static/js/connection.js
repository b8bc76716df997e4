// The strip on top that says when this page is cut off, and when that is over.
import { hear, tell } from "hallway/events";

const UNNOTICED = 2_000;
const AT_FIRST = 5_000;
const GOOD_NEWS = 3_000;

let timer = 0;
let cutOff = false;
let sent = 0;

function show(text, good) {
  const strip = document.getElementById("connection");
  strip.classList.toggle("strip-good", good);
  const icon = strip.querySelector(".icon");
  if (icon) icon.toggleAttribute("hidden", good);
  const words = strip.querySelector("span") ?? strip;
  // The same words are not said twice to who listens.
  if (words.textContent !== text) words.textContent = text;
  strip.hidden = !text;
}

function lose(after) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    cutOff = true;
    sent = 0;
    tell("cut-off");
    show("Offline — showing saved messages", false);
  }, after);
}

function regain() {
  clearTimeout(timer);
  if (!cutOff) return;
  cutOff = false;
  tell("regained");
  greet();
}

function greet() {
  clearTimeout(timer);
  const messages = sent === 1 ? "1 message sent." : `${sent} messages sent.`;
  show(sent ? `Back online. ${messages}` : "Back online.", true);
  timer = setTimeout(() => show("", true), GOOD_NEWS);
}

hear("disconnected", () => {
  document.documentElement.removeAttribute("data-live");
  if (!cutOff) lose(UNNOTICED);
});
hear("connected", () => {
  document.documentElement.dataset.live = "";
  regain();
});
addEventListener("offline", () => {
  if (!cutOff) lose(UNNOTICED);
});
hear("outbox", ({ entry, state }) => {
  if (state !== "sent" || entry.kind !== "message") return;
  sent++;
  const shown = document.querySelector("#connection.strip-good:not([hidden])");
  if (shown && sent) greet();
});
// A page that goes closes its own connection; that is no loss.
addEventListener("pagehide", () => clearTimeout(timer));
const isSaved = document.documentElement.dataset.saved !== undefined;
lose(isSaved ? (navigator.onLine ? UNNOTICED : 0) : AT_FIRST);
