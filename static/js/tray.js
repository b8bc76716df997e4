// The files that will go with the next message: a chip for each, above the message field.
import { hear, on, tell } from "hallway/events";
import { part } from "hallway/parts";
import { inWords } from "hallway/sizes";
import { keep, kept } from "hallway/storage";
import { described, remove, resume, retry, uploadOf } from "hallway/uploads";

const WORDS = {
  queued: () => "Waiting for its turn",
  uploading: ({ part: gone }) => (gone < 1 ? `Uploading, ${Math.floor(gone * 100)}%` : "Almost there"),
  waiting: () => "Waiting for connection",
  done: ({ size }) => inWords(size),
};
/** @type {Map<number, string[]>} the keys of each thread's files */
const trays = new Map();

const list = () => document.getElementById("tray");
const shown = () => Number(list()?.closest("form").dataset.threadId ?? 0);
const nameOf = (thread) => `files-${thread}`;

/**
 * What will go with the next message of a thread.
 * @param {number} thread
 */
export function inTray(thread) {
  return (trays.get(thread) ?? []).map(uploadOf).filter(Boolean);
}

/**
 * Add to what will go with the next message of a thread.
 * @param {number} thread
 * @param {import("hallway/uploads").Upload[]} uploads
 */
export function fill(thread, uploads) {
  const keys = new Set([...(trays.get(thread) ?? []), ...uploads.map(({ key }) => key)]);
  set(thread, [...keys]);
}

/** Take everything out of the tray of a thread, to be sent. */
export function empty(thread) {
  const uploads = inTray(thread);
  set(thread, []);
  return uploads;
}

function set(thread, keys) {
  trays.set(thread, keys);
  remember(thread);
  if (thread === shown()) draw();
  tell("tray", { thread });
}

function remember(thread) {
  const files = inTray(thread).filter((upload) => !upload.final).map(described);
  keep(nameOf(thread), files.length ? files : null);
}

function draw() {
  const uploads = inTray(shown());
  for (const chip of [...list().children]) {
    if (!uploads.some(({ key }) => key === chip.dataset.key)) chip.remove();
  }
  for (const upload of uploads) drawOne(upload);
  list().hidden = !uploads.length;
}

function drawOne(upload) {
  let chip = list().querySelector(`[data-key="${upload.key}"]`);
  if (!chip) {
    chip = part("upload");
    chip.dataset.key = upload.key;
    list().append(chip);
  }
  const { name, state, sentence } = upload;
  chip.dataset.state = state;
  chip.querySelector(".upload-name").textContent = name;
  // Most refusals name the file themselves.
  chip.querySelector(".upload-name").hidden = state === "failed" && sentence.startsWith(name);
  const words = state === "failed" ? sentence : WORDS[state](upload);
  const line = chip.querySelector("small");
  if (line.textContent !== words) line.textContent = words;
  const bar = chip.querySelector("progress");
  bar.hidden = state !== "uploading";
  bar.value = upload.part;
  bar.setAttribute("aria-label", name);
  chip.querySelector("[data-again]").hidden = state !== "failed" || Boolean(upload.final);
  chip.querySelector("[data-again]").setAttribute("aria-label", `Retry ${name}`);
  chip.querySelector("[data-remove]").setAttribute("aria-label", `Remove ${name}`);
  picture(chip, upload);
}

function picture(chip, upload) {
  const image = chip.querySelector("img");
  chip.dataset.kind = upload.kind;
  image.hidden = !upload.picture;
  if (!upload.picture || image.getAttribute("src") === upload.picture) return;
  image.src = upload.picture;
  // Not every browser shows every kind of picture (HEIC); the server will have one that all do.
  image.onerror = () => {
    upload.picture = undefined;
    image.hidden = true;
  };
}

const uploadAt = (button) => uploadOf(button.closest("[data-key]").dataset.key);

on("click", "#tray [data-remove]", (button) => {
  const upload = uploadAt(button);
  const keys = (trays.get(shown()) ?? []).filter((key) => key !== upload?.key);
  if (upload) remove(upload);
  set(shown(), keys);
  document.getElementById("message-field")?.focus();
});
on("click", "#tray [data-again]", (button) => {
  retry(uploadAt(button));
  document.getElementById("message-field")?.focus();
});
hear("upload", ({ upload }) => {
  if (!trays.get(upload.thread)?.includes(upload.key)) return;
  // How far it is changes often and is worth nothing later.
  if (upload.state !== "uploading") remember(upload.thread);
  if (upload.thread === shown()) drawOne(upload);
  tell("tray", { thread: upload.thread });
});
function begin() {
  const thread = shown();
  if (!thread) return;
  if (!trays.has(thread)) fill(thread, kept(nameOf(thread), []).map((file) => resume(thread, file)));
  draw();
}

hear("opened", begin);
hear("composer", begin);
