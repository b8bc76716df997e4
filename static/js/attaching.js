// The ways a file comes into the tray: chosen, taken with the camera, pasted, dropped, Ctrl U.
import { hear, on } from "hallway/events";
import { inTray } from "hallway/tray";
import { add } from "hallway/uploads";

const MOST = 10;
const ZONES = ".conversation, .request-form";
const LINGERS = 150;
let timer = 0;

const form = () => document.querySelector("form[data-draft]");

/**
 * Put files into the tray of the conversation, or the form, on screen.
 * @param {File[]} files
 */
export function attach(files) {
  const place = form();
  if (!place || !files.length) return;
  const { draft, uploads, maxMb, most = MOST, tooMany } = place.dataset;
  const along = place.querySelectorAll(".shot-kept > :checked").length;
  const room = Math.max(0, most - inTray(draft).length - along);
  const taken = files.slice(0, room);
  add(draft, uploads, taken, Number(maxMb));
  const left = files.length - taken.length;
  complain(left ? `${tooMany ?? `Send at most ${MOST} files at once.`} ${left} left out.` : "");
  document.getElementById("message-field")?.focus();
}

function complain(sentence) {
  document.querySelector("#composer-error, [data-files-error]").textContent = sentence;
}

const isFiles = (transfer) => transfer?.types.includes("Files");

function filesOf(transfer) {
  const folders = [...transfer.items].filter((item) => item.webkitGetAsEntry?.()?.isDirectory);
  const files = [...transfer.files];
  if (!folders.length) return files;
  const names = new Set(folders.map((item) => item.webkitGetAsEntry().name));
  return files.filter((file) => !names.has(file.name));
}

function mark(over) {
  clearTimeout(timer);
  for (const place of document.querySelectorAll("[data-dropping]")) {
    if (place !== over) delete place.dataset.dropping;
  }
  if (!over) return;
  over.dataset.dropping = "";
  // Leaving is told for every element on the way; that nothing is told any more is surer.
  timer = setTimeout(() => mark(null), LINGERS * 4);
}

on("click", "[data-attaches]", (button) => {
  document.querySelector(button.dataset.attaches)?.click();
});
on("change", ".files-field", (field) => {
  const files = [...field.files];
  // The same file may be chosen again after it was removed.
  field.value = "";
  attach(files);
});
document.addEventListener("paste", (event) => {
  const { clipboardData: pasted, target } = event;
  if (!form() || !isFiles(pasted) || document.querySelector("dialog[open]")) return;
  if (target.matches?.("input, textarea") && target.form !== form()) return;
  // A spreadsheet gives its cells as text and as a picture: the text is meant.
  if (pasted.types.includes("text/html") && pasted.types.includes("text/plain")) return;
  event.preventDefault();
  attach(filesOf(pasted));
});
// Dropped anywhere else, a file would take the page's place and what is written with it.
document.addEventListener("dragover", (event) => {
  if (!isFiles(event.dataTransfer)) return;
  event.preventDefault();
  const over = form() && event.target.closest?.(ZONES) ? form().closest(".thread, .request-form") : null;
  event.dataTransfer.dropEffect = over ? "copy" : "none";
  mark(over);
});
document.addEventListener("drop", (event) => {
  if (!isFiles(event.dataTransfer)) return;
  event.preventDefault();
  const files = filesOf(event.dataTransfer);
  const folders = event.dataTransfer.files.length - files.length;
  mark(null);
  if (!event.target.closest?.(ZONES)) return;
  attach(files);
  if (folders && form()) complain("A folder can’t be sent. Open it and choose the files.");
});
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "u" || !(event.ctrlKey || event.metaKey)) return;
  const button = document.querySelector(".composer [data-attaches]");
  if (!button || event.shiftKey || event.altKey || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  button.click();
});

// Said now and then, not for every step: that they go, that they are there, what went wrong.
const said = new Map();
hear("tray", () => {
  const place = document.getElementById("tray-status");
  const { draft } = form()?.dataset ?? {};
  if (!place || !draft) return;
  const uploads = inTray(draft);
  const failed = uploads.filter(({ state }) => state === "failed").map(({ sentence }) => sentence);
  const moving = uploads.some(({ state }) => state !== "done" && state !== "failed");
  const number = `${uploads.length} file${uploads.length === 1 ? "" : "s"}`;
  const state = !uploads.length ? "" : moving ? `Uploading ${number}.` : failed.length ? "" : `${number} attached.`;
  const words = [state, ...failed].filter(Boolean).join(" ");
  if (said.get(draft) === words) return;
  said.set(draft, words);
  place.textContent = words;
});
