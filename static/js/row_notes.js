// What only this device knows of a conversation, in place of the last words in its row: what is
// being written there, what waits to be sent, what could not be.
import { hear } from "hallway/events";
import { drafts, waiting } from "hallway/kept";
import { currentLog } from "hallway/messages";
import { part } from "hallway/parts";

const LONGEST = 160;

/** Say in each row what is to be said, and nothing else. */
function noteRows() {
  const notes = notesByThread();
  for (const row of document.querySelectorAll("#rows .thread-row")) {
    const note = notes.get(row.dataset.threadId);
    const shown = row.querySelector(".row-note");
    if (!note) shown?.remove();
    else if (shown?.textContent !== note.textContent) {
      shown?.remove();
      row.querySelector(".row-snippet").after(note);
    }
  }
}

// What waits says more than what is begun, and what failed more than both.
function notesByThread() {
  const notes = new Map();
  const open = currentLog()?.dataset.threadId;
  for (const { name, fields, files } of drafts()) {
    const thread = name.replace("thread-", "");
    if (thread !== open) notes.set(thread, noteOf("draft", fields.body, files));
  }
  for (const { thread, fields, files, failed } of [...waiting()].sort(byFailure)) {
    const body = Object.fromEntries(fields).body;
    notes.set(String(thread), noteOf(failed ? "failed" : "waiting", body, files));
  }
  return notes;
}

const byFailure = (one, other) => Boolean(one.failed) - Boolean(other.failed);

function noteOf(kind, body = "", files) {
  const note = part(`row-${kind}`);
  const number = files.length === 1 ? "1 file" : files.length ? `${files.length} files` : "";
  note.querySelector("bdi").textContent = body.replace(/\s+/g, " ").trim().slice(0, LONGEST) || number;
  return note;
}

for (const name of ["kept", "rows"]) hear(name, noteRows);
