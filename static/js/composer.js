// The message field: it grows, Enter sends, and what could not be sent comes back to it.
import { keepDraft } from "hallway/drafts";
import { hear, on, tell } from "hallway/events";
import { toLatest } from "hallway/leaping";
import { currentLog } from "hallway/messages";
import { send, takeBack, uploadsOf } from "hallway/outbox";
import { quietly } from "hallway/requests";
import { empty, fill, inTray } from "hallway/tray";
import { retry } from "hallway/uploads";

const LONGEST = 10_000;
const MOST_FILES = 10;
const touch = matchMedia("(pointer: coarse)");
const grows = CSS.supports("field-sizing", "content");

const field = () => document.getElementById("message-field");
const files = () => inTray(Number(field().form.dataset.threadId));

function complain(sentence) {
  const place = document.getElementById("composer-error");
  if (!place || place.textContent === sentence) return;
  place.textContent = sentence;
  field().toggleAttribute("aria-invalid", false);
  if (sentence) field().setAttribute("aria-invalid", "true");
}

function refusalOf(text) {
  const failed = files().find(({ state }) => state === "failed");
  if (failed) return `${failed.name} can’t go along. Remove it, or try it again.`;
  if (files().length > MOST_FILES) return `Send at most ${MOST_FILES} files at once.`;
  if (!text.trim()) return files().length ? "" : "Write something first.";
  // Counted as the server does: by characters, a smiley is one.
  const length = text.length > LONGEST ? [...text.trim()].length : 0;
  if (length <= LONGEST) return "";
  const number = new Intl.NumberFormat("en");
  return `Use at most ${number.format(LONGEST)} characters. This has ${number.format(length)}.`;
}

function follow() {
  const text = field().value;
  const nothing = !text.trim() && !files().length;
  field().form.querySelector(".send")?.setAttribute("aria-disabled", String(nothing));
  complain(text.trim() && !files().some(({ state }) => state === "failed") ? refusalOf(text) : "");
  if (grows) return;
  field().style.height = "auto";
  field().style.height = `${field().scrollHeight}px`;
}

function submit(form) {
  const text = field().value;
  const refusal = refusalOf(text);
  field().focus();
  if (refusal) return complain(refusal);
  const log = currentLog();
  const uploads = empty(Number(form.dataset.threadId));
  field().value = "";
  keepDraft(form.dataset.threadId, "");
  follow();
  send(Number(form.dataset.threadId), text, uploads);
  // In a log that was opened in the middle a new message would stand in the wrong place.
  if (log?.hasAttribute("data-newer")) quietly(() => toLatest(log));
}

// What could not be sent as it is comes back, in front of what is written by now.
function comeBack(entry) {
  const text = [entry.body.trim() && entry.body, field().value].filter(Boolean).join("\n\n");
  fill(entry.thread, uploadsOf(entry));
  takeBack(entry.client_id);
  field().value = text;
  keepDraft(entry.thread, text);
  follow();
  field().focus();
}

const isHere = (entry) => Number(field()?.form.dataset.threadId) === entry.thread;

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
  if (field()) follow();
});
hear("take-back", ({ entry }) => {
  if (isHere(entry)) comeBack(entry);
});
hear("outbox", ({ entry, state, status, sentence }) => {
  if (state !== "failed") return;
  // What is wrong may be that the conversation has ended.
  if (status === 403 || status === 404) tell("refused", { thread: entry.thread });
  if (!isHere(entry)) return;
  const turnedDown = uploadsOf(entry).some((upload) => upload.final);
  if (turnedDown || (status === 422 && (entry.files?.length || !field().value))) {
    comeBack(entry);
    // The server knows a file no more that it had: each is asked for again.
    if (status === 422) for (const upload of uploadsOf(entry)) retry(upload);
  }
  if (!turnedDown) complain(sentence ?? "");
});
