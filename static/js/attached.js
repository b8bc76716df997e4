// How the files of a message on its way look: as they will when it is sent (macros/files.html).
import { part } from "hallway/parts";
import { boxOf, ending, inWords } from "hallway/sizes";
import { uploadOf } from "hallway/uploads";

/**
 * Show the files of an entry of the outbox in its pending message, in place of what was there.
 * @param {HTMLElement} node
 * @param {ReturnType<typeof import("hallway/uploads").described>[]} files
 */
export function showFiles(node, files) {
  for (const old of node.querySelectorAll(":scope > :is(.photos, .files)")) old.remove();
  const known = files.map((file) => ({ ...file, ...uploadOf(file.key) }));
  const pictures = known.filter(({ kind, picture }) => kind === "image" && picture);
  const rest = known.filter((file) => !pictures.includes(file));
  const bubble = node.querySelector(".bubble");
  if (bubble) bubble.hidden = !bubble.textContent && known.length > 0;
  const before = bubble ?? node.querySelector(".status");
  if (pictures.length) node.insertBefore(photos(pictures), before);
  if (rest.length) node.insertBefore(chips(rest), bubble?.nextSibling ?? null);
}

/**
 * How much of some files has gone to the server, from 0 to 1.
 * @param {{key: string, size: number, id?: number}[]} files
 */
export function progressOf(files) {
  let [gone, all] = [0, 0];
  for (const { key, size, id } of files) {
    const upload = uploadOf(key);
    all += size;
    gone += size * (id ? 1 : (upload?.part ?? 0));
  }
  return all ? gone / all : 0;
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
