// The message field: it grows, Enter sends, and what could not be sent comes back to it.
import { save, settle, valuesOf } from "hallway/drafts";
import { hear, on, tell } from "hallway/events";
import { currentLog } from "hallway/messages";
import { toLatest } from "hallway/leaping";
import { send, takeBack } from "hallway/outbox";
import { chosen } from "hallway/mentions";
import { quietly } from "hallway/requests";
import { inTray } from "hallway/tray";
import { entryOf } from "hallway/written";

const LONGEST = 10_000;
const MOST_FILES = 10;
const touch = matchMedia("(pointer: coarse)");
const grows = CSS.supports("field-sizing", "content");

/** What was sent from this page: what is wrong with it comes back here, not in every tab. */
const sentHere = new Set();

const field = () => document.getElementById("message-field");
const form = () => field()?.form;
const thread = () => Number(form()?.dataset.threadId);
const filesHere = () => inTray(form().dataset.draft);

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

function whatCannotGo(files) {
  const [which, it] = files.length > 1 ? [`${files.length} files`, "them"] : [files[0].name, "it"];
  const more = files.every(({ final }) => final) ? " to send the rest" : ", or try again";
  return `${which} can’t go along. Remove ${it}${more}.`;
}

function whatIsMissing(text, files) {
  const failed = files.filter(({ state }) => state === "failed");
  if (failed.length) return whatCannotGo(failed);
  if (files.length > MOST_FILES) return `Send at most ${MOST_FILES} files at once.`;
  return text.trim() || files.length ? "" : "Write something first.";
}

function allow() {
  const nothing = !field().value.trim() && !filesHere().length;
  form().querySelector(".send")?.setAttribute("aria-disabled", String(nothing));
}

function follow() {
  allow();
  complain(refusalOf(field().value));
  if (grows) return;
  field().style.height = "auto";
  field().style.height = `${field().scrollHeight}px`;
}

function submit() {
  const text = field().value;
  const refusal = whatIsMissing(text, filesHere()) || refusalOf(text);
  field().focus();
  if (refusal) return complain(refusal);
  const log = currentLog();
  const entry = entryOf(thread(), valuesOf(form()), chosen(form().dataset.draft, text));
  // What the server quoted there is sent with it, and does not come back.
  field().defaultValue = "";
  field().value = "";
  settle();
  sentHere.add(entry.client_id);
  send(entry);
  follow();
  // In a log that was opened in the middle a new message would stand in the wrong place.
  if (log?.hasAttribute("data-newer")) quietly(() => toLatest(log));
}

// What could not be sent as it is comes back, in front of what is written by now.
function comeBack({ client_id: id }) {
  save();
  takeBack(id);
  field()?.focus();
}

on("submit", "form.composer", (_form, event) => {
  event.preventDefault();
  submit();
});
on("input", "#message-field", follow);
on("keydown", "#message-field", (_area, event) => {
  // Enter also confirms a word in an input method; some browsers say so by 229 alone.
  if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
  if (event.shiftKey || event.ctrlKey || event.altKey || event.metaKey || touch.matches) return;
  event.preventDefault();
  submit();
});
// The keyboard of a phone stays open when Send is tapped.
on("pointerdown", ".composer .send", (_button, event) => event.preventDefault());
on("click", ".composer-box", (box, event) => {
  if (event.target === box) field()?.focus();
});

function prepare() {
  if (!field()) return;
  follow();
}

for (const name of ["opened", "composer"]) hear(name, prepare);
prepare();
hear("tray", () => {
  if (field()) allow();
});
hear("take-back", ({ entry }) => {
  if (entry.thread === thread()) comeBack(entry);
});
hear("outbox", ({ entry, state }) => {
  if (state !== "failed" || entry.kind !== "message") return;
  const { status, sentence, final } = entry.failed;
  // What is wrong may be that the conversation has ended.
  if (status === 403 || status === 404) tell("refused", { thread: entry.thread });
  if (entry.thread !== thread() || !sentHere.has(entry.client_id)) return;
  const isToMend = final || (status === 422 && (entry.files.length || !field().value));
  // A file says itself, in its place, why it was turned down.
  if (isToMend) comeBack(entry);
  if (isToMend && !final) complain(sentence);
});
