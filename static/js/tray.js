// The files that will go with what is being written: a chip for each, above the message field.
import { hear, on, tell } from "hallway/events";
import { draftOf } from "hallway/kept";
import { part } from "hallway/parts";
import { inWords } from "hallway/sizes";
import { again, goOnWith, isNoPicture, remove, uploadOf } from "hallway/uploads";

const WORDS = {
  queued: () => "Waiting for its turn",
  uploading: ({ part: gone }) => (gone < 1 ? `Uploading, ${Math.floor(gone * 100)}%` : "Almost there"),
  waiting: () => "Waiting for connection",
  done: ({ size }) => inWords(size),
};

const list = () => document.getElementById("tray");
/** The name of the draft that is being written here. */
const shown = () => list()?.closest("form").dataset.draft;

/**
 * What goes with a draft.
 * @param {string} draft its name
 */
export const inTray = (draft) => (draftOf(draft)?.files ?? []).map(uploadOf).filter(Boolean);

function draw() {
  if (!list()) return;
  const uploads = inTray(shown());
  for (const chip of [...list().children]) {
    if (!uploads.some(({ key }) => key === chip.dataset.key)) chip.remove();
  }
  for (const upload of uploads) {
    if (upload.state === "waiting") goOnWith(upload.key);
    drawOne(upload);
  }
  list().hidden = !uploads.length;
  tell("tray");
}

function drawOne(upload) {
  let chip = list().querySelector(`[data-key="${upload.key}"]`);
  if (!chip) {
    chip = part("upload");
    chip.className = list().dataset.look ?? chip.className;
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
    isNoPicture(upload.key);
    image.hidden = true;
  };
}

const keyAt = (button) => button.closest("[data-key]").dataset.key;
// In the message field; where there is none, with the next file.
function goOnWriting() {
  const buttons = [...list().closest("form").querySelectorAll("[data-attaches]")];
  const field = document.getElementById("message-field");
  (field ?? buttons.find((button) => button.checkVisibility()))?.focus();
}

on("click", "#tray [data-remove]", (button) => {
  remove(shown(), keyAt(button));
  goOnWriting();
});
on("click", "#tray [data-again]", (button) => {
  again(keyAt(button));
  goOnWriting();
});
hear("upload", ({ key }) => {
  if (!draftOf(shown())?.files.includes(key)) return;
  const upload = uploadOf(key);
  if (upload) drawOne(upload);
});

for (const name of ["kept", "opened", "composer"]) hear(name, draw);
