// The message field: it grows, Enter sends, and what could not be sent comes back to it.
import { isTurnedDown, uploadsOf } from "hallway/cargo";
import { keepDraft } from "hallway/drafts";
import { hear, on, tell } from "hallway/events";
import { currentLog } from "hallway/messages";
import { toLatest } from "hallway/leaping";
import { send, takeBack } from "hallway/outbox";
import { quietly } from "hallway/requests";
import { choose, chosen, forget } from "hallway/mentions";
import { empty, fill, inTray } from "hallway/tray";
import { retry } from "hallway/uploads";

const LONGEST = 10_000;
const MOST_FILES = 10;
const touch = matchMedia("(pointer: coarse)");
const grows = CSS.supports("field-sizing", "content");

const field = () => document.getElementById("message-field");
const thread = () => Number(field()?.form.dataset.threadId);

function complain(sentence) {
  const place = document.getElementById("composer-error");
  if (!place || place.textContent === sentence) return;
  place.textContent = sentence;
  field().toggleAttribute("aria-invalid", false);
  if (sentence) field().setAttribute("aria-invalid", "true");
}

function refusalOf(text) {
  // Counted as the server does: by characters, a smiley is one.
  const length = text.length > LONGEST ? [...text.trim()].length : 0;
  if (length <= LONGEST) return "";
  const number = new Intl.NumberFormat("en");
  return `Use at most ${number.format(LONGEST)} characters. This has ${number.format(length)}.`;
}

function whatIsMissing(text, files) {
  const failed = files.find(({ state }) => state === "failed");
  if (failed) return `${failed.name} can’t go along. Remove it, or try it again.`;
  if (files.length > MOST_FILES) return `Send at most ${MOST_FILES} files at once.`;
  return text.trim() || files.length ? "" : "Write something first.";
}

function allow() {
  const nothing = !field().value.trim() && !inTray(thread()).length;
  field().form.querySelector(".send")?.setAttribute("aria-disabled", String(nothing));
}

function follow() {
  allow();
  complain(refusalOf(field().value));
  if (grows) return;
  field().style.height = "auto";
  field().style.height = `${field().scrollHeight}px`;
}

function submit(form) {
  const text = field().value;
  const refusal = whatIsMissing(text, inTray(thread())) || refusalOf(text);
  field().focus();
  if (refusal) return complain(refusal);
  const log = currentLog();
  const uploads = empty(thread());
  const mentions = chosen(thread(), text);
  field().value = "";
  keepDraft(form.dataset.threadId, "");
  forget(thread());
  follow();
  send(thread(), text, uploads, mentions);
  // In a log that was opened in the middle a new message would stand in the wrong place.
  if (log?.hasAttribute("data-newer")) quietly(() => toLatest(log));
}

// What could not be sent as it is comes back, in front of what is written by now.
function comeBack(entry) {
  const text = [entry.body, field().value].filter((words) => words.trim()).join("\n\n");
  fill(entry.thread, uploadsOf(entry));
  takeBack(entry.client_id);
  for (const person of entry.mentions ?? []) choose(entry.thread, person);
  field().value = text;
  keepDraft(entry.thread, text);
  follow();
  field().focus();
}

on("submit", "form.composer", (form, event) => {
  event.preventDefault();
  submit(form);
});
on("input", "#message-field", follow);
on("keydown", "#message-field", (area, event) => {
  // Enter also confirms a word in an input method; some browsers say so by 229 alone.
  if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
  if (event.shiftKey || event.ctrlKey || event.altKey || event.metaKey || touch.matches) return;
  event.preventDefault();
  submit(area.form);
});
// The keyboard of a phone stays open when Send is tapped.
on("pointerdown", ".composer .send", (_button, event) => event.preventDefault());
on("click", ".composer-box", (box, event) => {
  if (event.target === box) field()?.focus();
});

function prepare() {
  if (!field()) return;
  if (touch.matches) field().setAttribute("enterkeyhint", "enter");
  follow();
}

hear("opened", prepare);
hear("composer", prepare);
hear("tray", () => {
  if (field()) allow();
});
hear("take-back", ({ entry }) => {
  if (entry.thread === thread()) comeBack(entry);
});
hear("outbox", ({ entry, state, status, sentence }) => {
  if (state !== "failed") return;
  // What is wrong may be that the conversation has ended.
  if (status === 403 || status === 404) tell("refused", { thread: entry.thread });
  if (entry.thread !== thread()) return;
  const turnedDown = isTurnedDown(entry);
  if (turnedDown || (status === 422 && (entry.files?.length || !field().value))) {
    comeBack(entry);
    // The server may have a file no more: each is asked for again.
    if (status === 422) for (const upload of uploadsOf(entry)) retry(upload);
  }
  // A file says itself, in its place, why it was turned down.
  if (!turnedDown) complain(sentence ?? "");
});
