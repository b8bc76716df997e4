// What a shared fragment cannot know: whose it is, whom it follows, on which day.
import { dayNumber, inWords, localise } from "hallway/times";

const GROUP = 5 * 60_000;
const MERGE = 60_000;

/**
 * Say whose a message is. Called once for every message that enters a log.
 * @param {HTMLElement} log
 * @param {HTMLElement} message
 */
export function dress(log, message) {
  localise(message);
  const { personId, side } = log.dataset;
  const mine = message.dataset.authorId === personId && message.dataset.kind !== "event";
  // In the team's own chats colleagues stand opposite each other.
  const ours = side === "team" && !("peers" in log.dataset);
  const mate = !mine && ours && message.dataset.side === "team";
  message.classList.toggle("mine", mine);
  message.classList.toggle("mate", mate && message.dataset.kind !== "event");
  const author = message.querySelector(":scope > .author > b");
  const who = author?.textContent ?? "";
  const at = inWords(instantOf(message), "clock");
  const mark = message.querySelector(":scope > .author > .audience-mark")?.textContent;
  const label = [mine ? "You" : who, at, mark].filter(Boolean).join(", ");
  message.setAttribute("aria-label", label);
  // Of the team it says for whom they write.
  if (author && message.dataset.side === "team" && !ours) author.dataset.role = log.dataset.account ?? "";
  const from = mine ? "you" : who.split(" ")[0];
  for (const image of message.querySelectorAll(".photo > img")) image.alt = `Photo from ${from}, ${at}`;
  for (const name of message.querySelectorAll(".mention")) {
    const isMe = [personId, "0"].includes(name.dataset.userId);
    name.classList.toggle("mention-me", isMe && !mine);
  }
  if (!mine) return;
  // Nobody needs a picture of themself beside every word.
  message.querySelector(":scope > .avatar")?.remove();
  if (author) author.textContent = "You";
  const tombstone = message.matches(".deleted") && message.querySelector(".bubble > span");
  if (tombstone) tombstone.textContent = "You deleted this message";
}

/**
 * Settle what depends on a message's neighbours: groups and days on either side of it.
 * @param {HTMLElement} message
 */
export function relate(message) {
  join(neighbour(message, "previousElementSibling"), message);
  const next = neighbour(message, "nextElementSibling");
  if (next) join(message, next);
  else message.classList.add("last");
}

/**
 * Close the gap a message leaves when it goes.
 * @param {HTMLElement} message
 */
export function unrelate(message) {
  const before = neighbour(message, "previousElementSibling");
  const after = neighbour(message, "nextElementSibling");
  for (const line of linesBefore(message)) if (!after || line.matches(".day")) line.remove();
  message.remove();
  if (after) join(before, after);
  else before?.classList.add("last");
}

function join(before, message) {
  const lines = linesBefore(message);
  const day = lines.find((line) => line.matches(".day"));
  const turns = !before || dayOf(before) !== dayOf(message);
  if (!turns) day?.remove();
  else if (day) retitle(day, message);
  else (lines.at(-1) ?? message).before(retitle(divider(), message));
  const apart = turns || lines.some((line) => line.matches(".new-line"));
  const together = !apart && isGroup(before, message);
  message.classList.toggle("first", !together);
  before?.classList.toggle("last", !together);
}

function isGroup(before, message) {
  if (before.dataset.kind !== message.dataset.kind) return false;
  // What happens one after the other is told in one.
  if (message.dataset.kind === "event") return instantOf(message) - instantOf(before) <= MERGE;
  return (
    before.dataset.authorId === message.dataset.authorId &&
    before.dataset.side === message.dataset.side &&
    before.dataset.audience === message.dataset.audience &&
    instantOf(message) - instantOf(before) <= GROUP
  );
}

function neighbour(message, direction) {
  let element = message[direction];
  while (element && !element.matches(".message")) element = element[direction];
  return element;
}

// Nearest first.
function linesBefore(message) {
  const lines = [];
  let line = message.previousElementSibling;
  for (; line?.matches(".day, .new-line"); line = line.previousElementSibling) lines.push(line);
  return lines;
}

const instantOf = (message) => new Date(message.dataset.createdAt);
const dayOf = (message) => dayNumber(instantOf(message));

function divider() {
  const day = document.createElement("div");
  day.className = "day";
  day.append(document.createElement("span"));
  day.firstChild.append(document.createElement("time"));
  return day;
}

function retitle(day, message) {
  const time = day.querySelector("time");
  time.dataset.time = "day";
  time.dateTime = message.dataset.createdAt;
  localise(time);
  return day;
}
