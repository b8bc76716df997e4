// The message field: it grows, Enter sends, and what could not be sent comes back to it.
import { keepDraft } from "hallway/drafts";
import { hear, on, tell } from "hallway/events";
import { currentLog } from "hallway/messages";
import { toLatest } from "hallway/leaping";
import { discard, send } from "hallway/outbox";
import { quietly } from "hallway/requests";

const LONGEST = 10_000;
const touch = matchMedia("(pointer: coarse)");
const grows = CSS.supports("field-sizing", "content");

const field = () => document.getElementById("message-field");

function complain(sentence) {
  const place = document.getElementById("composer-error");
  if (!place || place.textContent === sentence) return;
  place.textContent = sentence;
  field().toggleAttribute("aria-invalid", false);
  if (sentence) field().setAttribute("aria-invalid", "true");
}

function refusalOf(text) {
  if (!text.trim()) return "Write something first.";
  // Counted as the server does: by characters, a smiley is one.
  const length = text.length > LONGEST ? [...text.trim()].length : 0;
  if (length <= LONGEST) return "";
  const number = new Intl.NumberFormat("en");
  return `Use at most ${number.format(LONGEST)} characters. This has ${number.format(length)}.`;
}

function follow() {
  const text = field().value;
  field().form.querySelector(".send")?.setAttribute("aria-disabled", String(!text.trim()));
  const refusal = text.trim() ? refusalOf(text) : "";
  complain(refusal);
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
  field().value = "";
  keepDraft(form.dataset.threadId, "");
  follow();
  send(Number(form.dataset.threadId), text);
  // In a log that was opened in the middle a new message would stand in the wrong place.
  if (log?.hasAttribute("data-newer")) quietly(() => toLatest(log));
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
hear("outbox", ({ entry, state, status, sentence }) => {
  const form = field()?.form;
  if (state !== "failed") return;
  // What is wrong may be that the conversation has ended.
  if (status === 403 || status === 404) tell("refused", { thread: entry.thread });
  if (!form || Number(form.dataset.threadId) !== entry.thread) return;
  if (status === 422 && !field().value) {
    discard(entry.client_id);
    field().value = entry.body;
    keepDraft(entry.thread, entry.body);
    follow();
  }
  complain(sentence ?? "");
});
