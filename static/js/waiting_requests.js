// Maintenance requests that wait to be sent, above the list of requests and above their form.
import { progressOf } from "hallway/attached";
import { hear, on, tell } from "hallway/events";
import { me, waitingIn } from "hallway/kept";
import { discard, retry, takeBack } from "hallway/outbox";
import { part } from "hallway/parts";
import { wordOf } from "hallway/pending";
import { isFleeting } from "hallway/store";
import { toast } from "hallway/toasts";
import { uploadOf } from "hallway/uploads";
import { isInHand } from "hallway/written";

const place = () => document.querySelector("[data-waiting-requests]");
const entries = () => waitingIn("requests");
const uploadsOf = (entry) => entry.files.map(uploadOf).filter(Boolean);

function draw() {
  if (!place()) return;
  for (const node of [...place().children]) {
    if (!entries().some(({ client_id: id }) => id === node.dataset.clientId)) node.remove();
  }
  for (const entry of entries()) drawOne(entry);
}

function drawOne(entry) {
  const { client_id: id, failed } = entry;
  let node = place().querySelector(`[data-client-id="${CSS.escape(id)}"]`);
  if (!node) {
    node = document.createElement("article");
    node.className = "waiting-request";
    node.dataset.clientId = id;
    node.append(document.createElement("b"));
    node.firstChild.dir = "auto";
    node.firstChild.textContent = Object.fromEntries(entry.fields).title;
    if (entry.files.length) node.append(attachedTo(entry));
    place().append(node);
  }
  node.classList.toggle("failed", Boolean(failed));
  node.toggleAttribute("data-in-hand", isInHand(entry));
  say(node, wordOf(entry, entries()));
  const gone = node.querySelector("[data-gone]");
  if (gone) gone.textContent = `${Math.floor(progressOf(uploadsOf(entry)) * 100)}%`;
  const why = node.querySelector("[data-why]");
  if (why) why.textContent = failed.sentence;
  const warning = node.querySelector("[data-fleeting]");
  if (warning) warning.hidden = !isFleeting(me(), "entries", id);
}

function attachedTo({ files: { length } }) {
  const words = document.createElement("small");
  words.textContent = length === 1 ? "1 file attached" : `${length} files attached`;
  return words;
}

function say(node, word) {
  if (node.dataset.state === word) return;
  node.dataset.state = word;
  node.querySelector(".status")?.remove();
  node.append(part(word));
}

const entryAt = (button) => {
  const { clientId } = button.closest(".waiting-request").dataset;
  return entries().find((entry) => entry.client_id === clientId);
};

// Where it was written, it is written on.
function edit(entry) {
  takeBack(entry.client_id);
  const form = document.querySelector(".request-form");
  if (form?.dataset.draft === entry.draft) return form.querySelector("#field-title").focus();
  const source = entry.draft.replace(/^request-?/, "");
  return location.assign(`/maintenance/new${source && `?message=${source}`}`);
}

on("click", ".waiting-request [data-again]", (button) => {
  const entry = entryAt(button);
  // What was turned down for good can only be sent without it.
  if (entry?.failed?.final) edit(entry);
  else if (entry) retry(entry.client_id);
});
on("click", ".waiting-request [data-take-back]", (button) => {
  const entry = entryAt(button);
  if (entry) edit(entry);
});
on("click", ".waiting-request [data-discard]", (button) => {
  discard(button.closest(".waiting-request").dataset.clientId);
});
for (const name of ["kept", "upload", "swapped"]) hear(name, draw);
hear("outbox", ({ entry, state }) => {
  if (entry.kind !== "request" || state !== "sent") return;
  toast("Request sent.");
  tell("requests", { request_ids: [] });
});
draw();
