// Without connection the head of a conversation says how old what is shown may be.
import { hear } from "hallway/events";
import { currentLog } from "hallway/messages";

/** What stands in its place otherwise, by the line. */
const instead = new WeakMap();
const AN_HOUR = 3_600_000;
const CLOSED_AFTER = 7 * 24 * AN_HOUR;
let cutOff = false;
let heardAt = new Date().toISOString();

function say() {
  const line = document.getElementById("thread-sub");
  if (!cutOff || !line || instead.has(line)) return;
  instead.set(line, [...line.childNodes]);
  const time = document.createElement("time");
  time.dateTime = currentLog()?.dataset.saved ?? heardAt;
  time.dataset.time = "row";
  line.replaceChildren("Last updated ", time);
}

function takeBack() {
  const line = document.getElementById("thread-sub");
  if (!instead.has(line)) return;
  line.replaceChildren(...instead.get(line));
  instead.delete(line);
}

// A page that was left open is closed like one that is opened again: the worker has the words.
function closeOld() {
  if (cutOff && Date.now() - new Date(heardAt) > CLOSED_AFTER) location.reload();
}

setInterval(closeOld, AN_HOUR);
document.addEventListener("visibilitychange", closeOld);
hear("disconnected", () => {
  if (!cutOff) heardAt = new Date().toISOString();
});
hear("cut-off", () => {
  cutOff = true;
  say();
});
hear("regained", () => {
  cutOff = false;
  takeBack();
});
hear("opened", say);
