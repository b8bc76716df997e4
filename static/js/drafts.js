// What is being written, kept on the device per person and thread until it is sent.
import { dropBlobs, keepOnly } from "hallway/blobs";
import { hear, on } from "hallway/events";
import { keep, kept, keptNames } from "hallway/storage";

const PAUSE = 300;
let timer = 0;

const field = () => document.getElementById("message-field");
// What the server put there: nobody has written anything yet.
const isQuote = () => field().dataset.quoted !== undefined && field().value === field().defaultValue;
const nameOf = (thread) => `draft-${thread}`;

/**
 * Keep, or with an empty text forget, the draft of a thread.
 * @param {string|number} thread
 * @param {string} text
 */
export function keepDraft(thread, text) {
  clearTimeout(timer);
  keep(nameOf(thread), text.trim() ? text : null);
}

function keepNow() {
  const form = field()?.form;
  if (form && !isQuote()) keepDraft(form.dataset.threadId, field().value);
}

/** Put "Draft:" in place of the snippet in rows of conversations where something is begun. */
export function markRows() {
  const open = document.getElementById("log")?.dataset.threadId;
  for (const name of keptNames("draft-")) {
    const thread = name.slice("draft-".length);
    const snippet = document.querySelector(`#row-${CSS.escape(thread)} .row-snippet`);
    if (!snippet || thread === open) continue;
    const label = document.createElement("span");
    label.className = "row-draft";
    label.textContent = "Draft:";
    const text = document.createElement("bdi");
    text.textContent = kept(name, "").replace(/\s+/g, " ").trim().slice(0, 160);
    snippet.replaceChildren(label, " ", text);
  }
}

on("input", "#message-field", () => {
  clearTimeout(timer);
  timer = setTimeout(keepNow, PAUSE);
});
addEventListener("pagehide", keepNow);
// Before another conversation takes the field's place.
document.addEventListener("htmx:before:swap", keepNow);
hear("signed-out", keepNow);
function restore() {
  const text = field()?.form ? kept(nameOf(field().form.dataset.threadId), "") : "";
  if (!text || (field().value && !isQuote())) return;
  const quote = isQuote() && !text.startsWith(field().defaultValue) ? field().defaultValue : "";
  field().value = quote + text;
  field().dispatchEvent(new Event("input", { bubbles: true }));
}

hear("opened", restore);
hear("composer", restore);
// Who signs out on this device leaves nothing behind; a session that ends elsewhere does.
on("submit", 'form[action="/sign-out"], form[data-signs-out]', (form, event) => {
  const waiting = kept("outbox", []).length;
  const question = "A message is still waiting to be sent. Sign out and discard it?";
  if (waiting && !confirm(question)) return event.preventDefault();
  // Without a connection nobody is signed out.
  if (!navigator.onLine) return undefined;
  for (const prefix of ["draft-", "files-", "mentions-"]) {
    for (const name of keptNames(prefix)) keep(name, null);
  }
  keep("outbox", null);
  dropBlobs();
});

/** Let go of the content of files that no draft and no waiting message names any more. */
export function tidy() {
  const waiting = kept("outbox", []).flatMap((entry) => entry.files ?? []);
  const begun = keptNames("files-").flatMap((name) => kept(name, []));
  keepOnly(new Set([...waiting, ...begun].map((file) => file.key)));
}
