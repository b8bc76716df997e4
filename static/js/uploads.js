// Files that were chosen in this page, or are shown in it: they go to the server while one still
// writes. What is shown of them, wherever they are brought from.
import { abandon, bring, isWanted } from "hallway/bringing";
import { newId } from "hallway/client_id";
import { hold, isAnythingUnheld, kept, tooBig } from "hallway/contents";
import { hear, tell } from "hallway/events";
import { fileOf, me, write } from "hallway/kept";
import { takeOff } from "hallway/outbox";
import { trying } from "hallway/pauses";
import { changeFile, forget } from "hallway/queue";
import { SignedOut, Unreachable } from "hallway/requests";
import { isPhoto } from "hallway/shrinking";
import { listen } from "hallway/signals";
import { isAnythingFleeting } from "hallway/store";
import { Turned } from "hallway/transfer";

/** How long what showed a picture may stand after its file is done with, in ms. */
const LINGERS = 10_000;

const begun = new Set();
const parts = new Map();
/** Addresses to show pictures by; null for what this browser cannot show, or looks for. */
const pictures = new Map();
const attempts = trying(goOn);

/**
 * @typedef {import("hallway/written").File & {part: number, picture?: string,
 *   state: "queued" | "uploading" | "waiting" | "done" | "failed"}} Upload
 *   part: how much has gone, from 0 to 1; picture: an address to show it by
 */

/**
 * Put files into a draft, and begin to upload them.
 * @param {string} draft its name
 * @param {string} to where they are uploaded
 * @param {File[]} chosen
 * @param {number} limit the greatest size in MB
 */
export function add(draft, to, chosen, limit) {
  const files = chosen.map((file) => described(file, to, limit));
  const keys = files.map(({ key }) => key);
  const written = write(draft, (now) => ({ ...now, files: [...now.files, ...keys] }), files);
  files.forEach(({ key, refused }, index) => {
    if (refused) return;
    hold(me(), key, chosen[index]);
    written.then(() => start(key));
  });
}

function described({ name, size, type }, to, limit) {
  const kind = /^(image|video|audio)\//.exec(type)?.[1] ?? "file";
  const raw = isPhoto({ type });
  const file = { key: newId(), to, name, size, kind, limit, raw };
  // A photo may become small enough on the way.
  const sentence = !size ? `${name} is empty.` : raw ? "" : tooBig(file, size);
  return sentence ? { ...file, refused: { sentence, final: true } } : file;
}

/**
 * How a file is by now.
 * @param {string} key
 * @returns {Upload | undefined}
 */
export function uploadOf(key) {
  const file = fileOf(key);
  if (!file) return undefined;
  const part = file.id ? 1 : (parts.get(key) ?? 0);
  return { ...file, ...file.refused, part, state: stateOf(file), picture: pictureOf(file) };
}

function stateOf({ key, id, refused }) {
  if (refused) return "failed";
  if (id) return "done";
  if (parts.has(key)) return "uploading";
  return isWanted(key) ? "queued" : "waiting";
}

function pictureOf({ key, kind, id }) {
  if (kind !== "image") return undefined;
  if (!pictures.has(key)) {
    pictures.set(key, null);
    kept(me(), key).then((blob) => {
      if (!blob) return;
      pictures.set(key, URL.createObjectURL(blob));
      tell("kept");
    });
  }
  // The server makes one that every browser shows.
  return pictures.get(key) ?? (id ? `/files/${id}/thumbnail` : undefined);
}

/** @param {string} key of a picture this browser cannot show (HEIC) */
export function isNoPicture(key) {
  pictures.set(key, null);
}

/**
 * Go on with a file of an earlier page, or one that another tab has chosen.
 * @param {string} key
 */
export function goOnWith(key) {
  if (!begun.has(key)) start(key);
}

// Again by itself when the server cannot be reached.
async function start(key) {
  begun.add(key);
  try {
    const arrived = bring(me(), key);
    tell("kept");
    await arrived;
    begun.delete(key);
    attempts.afresh();
  } catch (error) {
    if (error instanceof Turned) begun.delete(key);
    else if (error instanceof Unreachable) attempts.later();
    else if (!(error instanceof SignedOut)) throw error;
  }
  tell("kept");
}

function goOn() {
  for (const key of begun) start(key);
}

/**
 * Try again what was turned down.
 * @param {string} key
 */
export async function again(key) {
  await changeFile(me(), key, { refused: undefined });
  start(key);
}

/**
 * Take a file out of a draft, and off the server.
 * @param {string} draft its name
 * @param {string} key
 */
export function remove(draft, key) {
  const file = fileOf(key);
  begun.delete(key);
  abandon(key);
  write(draft, (now) => ({ ...now, files: now.files.filter((one) => one !== key) }));
  forget(me(), [key]);
  if (file?.id) takeOff(file);
}

/** Whether closing this page loses nothing: the device keeps all of it. */
const mayClose = () => !isAnythingUnheld() && !isAnythingFleeting(me());

listen(me(), ({ type, key, part }) => {
  if (type !== "progress") return;
  if (part === undefined) parts.delete(key);
  else parts.set(key, part);
  tell("upload", { key });
});
hear("kept", () => {
  for (const [key, address] of pictures) {
    if (fileOf(key)) continue;
    pictures.delete(key);
    if (address) setTimeout(() => URL.revokeObjectURL(address), LINGERS);
  }
});
hear("connected", goOn);
addEventListener("online", goOn);
const holdBack = (event) => mayClose() || event.preventDefault();
addEventListener("beforeunload", holdBack);
document.addEventListener("hallway:giving-way", holdBack);
