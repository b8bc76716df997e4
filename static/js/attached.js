// How the files of a message on its way look: as they will when it is sent (macros/files.html).
import { part } from "hallway/parts";
import { boxOf, ending, inWords } from "hallway/sizes";

const isShown = ({ kind, picture }) => kind === "image" && picture;

/**
 * Show files in a pending message, in place of those it showed.
 * @param {HTMLElement} node
 * @param {import("hallway/uploads").Upload[]} uploads
 */
export function showFiles(node, uploads) {
  for (const old of node.querySelectorAll(":scope > :is(.photos, .files)")) old.remove();
  const pictures = uploads.filter(isShown);
  const rest = uploads.filter((upload) => !isShown(upload));
  const bubble = node.querySelector(".bubble");
  bubble.hidden = !bubble.textContent && uploads.length > 0;
  if (pictures.length) bubble.before(photos(pictures));
  if (rest.length) bubble.after(chips(rest));
}

/**
 * Whether a pending message shows fewer pictures than there are by now: one that an earlier page
 * kept is there only when it was read.
 * @param {HTMLElement} node
 * @param {import("hallway/uploads").Upload[]} uploads
 */
export function isBehind(node, uploads) {
  return node.querySelectorAll(".photo").length < Math.min(uploads.filter(isShown).length, 4);
}

/**
 * How much of some files has gone to the server, from 0 to 1.
 * @param {import("hallway/uploads").Upload[]} uploads
 */
export function progressOf(uploads) {
  const sum = (sizes) => sizes.reduce((all, size) => all + size, 0);
  const gone = sum(uploads.map(({ size, id, part: gone }) => size * (id ? 1 : gone)));
  return gone / Math.max(1, sum(uploads.map(({ size }) => size)));
}

function photos(files) {
  const frame = document.createElement("div");
  frame.className = `photos photos-${Math.min(files.length, 4)}`;
  for (const [index, file] of files.slice(0, 4).entries()) {
    const photo = document.createElement("span");
    photo.className = "photo";
    if (index === 3 && files.length > 4) photo.dataset.more = `+${files.length - 4}`;
    const [width, height] = files.length === 1 ? boxOf(file) : [165, 120];
    const image = Object.assign(new Image(width, height), { alt: file.name, src: file.picture });
    photo.append(image);
    frame.append(photo);
  }
  return frame;
}

function chips(files) {
  const list = document.createElement("div");
  list.className = "files";
  for (const { name, size, kind } of files) {
    const chip = part("file");
    chip.dataset.kind = kind;
    chip.querySelector("b").textContent = name;
    chip.querySelector("small").textContent = `${inWords(size)} · ${ending(name)}`;
    list.append(chip);
  }
  return list;
}
