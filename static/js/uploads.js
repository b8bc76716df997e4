// Files being uploaded: two at a time, each under one key however often it is tried. They belong
// to a tray (tray.js) until their message is sent, then to that message (cargo.js).
import { dropBlob } from "hallway/blobs";
import { newId } from "hallway/client_id";
import { contentOf, hold, tooBig } from "hallway/contents";
import { hear, tell } from "hallway/events";
import { ask, quietly, SignedOut, Unreachable } from "hallway/requests";
import { isPhoto } from "hallway/shrinking";
import { carry, Turned } from "hallway/transfer";

const AT_ONCE = 2;
const WAITS = [3_000, 5_000, 10_000, 20_000, 30_000];
/** How long what showed a picture may stand after its upload is done with. */
const LINGERS = 10_000;

/** @type {Map<string, Upload>} */
const uploads = new Map();
const running = new Set();
let tries = 0;
let timer = 0;

/**
 * @typedef {{key: string, name: string, size: number, kind: string, width?: number,
 *   height?: number, id?: number}} Described
 *   id: the server's, once it has the file
 * @typedef {Described & {thread: number, part: number, sentence?: string, final?: boolean,
 *   state: "queued"|"uploading"|"waiting"|"done"|"failed", picture?: string}} Upload
 *   part: how much has gone, from 0 to 1; final: trying again is of no use; picture: an address
 *   to show it by
 */

/** @param {string} key */
export const uploadOf = (key) => uploads.get(key);

/**
 * What must be kept of an upload to go on with it after a reload.
 * @param {Upload} upload
 * @returns {Described}
 */
export function described({ key, name, size, kind, width, height, id }) {
  return { key, name, size, kind, width, height, id };
}

/**
 * Begin to upload a file.
 * @param {number} thread
 * @param {File} file
 * @param {number} limit the greatest size in MB
 * @returns {Upload}
 */
export function add(thread, file, limit) {
  const { name, size, type } = file;
  const kind = /^(image|video|audio)\//.exec(type)?.[1] ?? "file";
  const upload = { key: newId(), thread, name, size, kind, limit, state: "queued", part: 0 };
  uploads.set(upload.key, upload);
  // A photo may become small enough on the way.
  const sentence = !size ? `${name} is empty.` : isPhoto(file) ? "" : tooBig(upload, size);
  if (sentence) return Object.assign(upload, { state: "failed", sentence, final: true });
  Object.assign(upload, { file, picture: kind === "image" ? URL.createObjectURL(file) : undefined });
  hold(upload, file);
  queueMicrotask(pump);
  return upload;
}

/**
 * Go on with an upload of an earlier page; one of this page is what it is.
 * @param {number} thread
 * @param {Described} file
 * @returns {Upload}
 */
export function resume(thread, file) {
  const known = uploads.get(file.key);
  if (known) return known;
  const upload = { ...file, thread, state: file.id ? "done" : "queued", part: 0, tried: true };
  if (file.id && file.kind === "image") upload.picture = `/files/${file.id}/thumbnail`;
  uploads.set(upload.key, upload);
  queueMicrotask(pump);
  return upload;
}

/**
 * Ask the server again whether it has a file, and try once more if not.
 * @param {Upload} upload
 */
export function retry(upload) {
  if (running.has(upload)) return;
  const anew = { state: "queued", part: 0, id: undefined, sentence: undefined, final: false };
  change(upload, { ...anew, tried: true });
  pump();
}

/**
 * Give an upload up, on the server too.
 * @param {Upload} upload
 */
export function remove(upload) {
  forget(upload);
  upload.stop?.abort();
  if (upload.id) quietly(() => ask(`/files/${upload.id}`, { method: "DELETE" }));
}

/**
 * Be done with an upload: a message carries it, or it was given up.
 * @param {Upload} upload
 */
export function forget(upload) {
  upload.gone = true;
  uploads.delete(upload.key);
  dropBlob(upload.key);
  const { picture } = upload;
  if (picture?.startsWith("blob:")) setTimeout(() => URL.revokeObjectURL(picture), LINGERS);
}

function change(upload, values) {
  Object.assign(upload, values);
  if (!upload.gone) tell("upload", { upload });
}

function pump() {
  for (const upload of uploads.values()) {
    if (running.size >= AT_ONCE) return;
    if (upload.state === "queued" && !running.has(upload)) run(upload);
  }
}

async function run(upload) {
  running.add(upload);
  upload.stop = new AbortController();
  const { signal } = upload.stop;
  change(upload, { state: "uploading", part: 0 });
  try {
    const follow = (part) => change(upload, { part });
    const { id, width, height } = await alone(upload, () =>
      carry(upload, () => prepared(upload), follow, signal),
    );
    tries = 0;
    const picture = upload.picture ?? (width ? `/files/${id}/thumbnail` : undefined);
    change(upload, { state: "done", part: 1, id, width, height, picture, blob: undefined });
    dropBlob(upload.key);
  } catch (error) {
    if (!signal.aborted) fail(upload, error);
  } finally {
    running.delete(upload);
    pump();
  }
}

// Another tab may go on with the same file; whoever comes second asks whether it is there.
function alone({ key, stop }, act) {
  if (!navigator.locks) return act();
  return navigator.locks.request(`hallway-upload-${key}`, { signal: stop.signal }, act);
}

async function prepared(upload) {
  const content = await contentOf(upload);
  change(upload, content);
  return content.blob;
}

function fail(upload, error) {
  if (error instanceof Turned) {
    const { message: sentence, final } = error;
    return change(upload, { state: "failed", sentence, final, tried: true });
  }
  if (!(error instanceof Unreachable || error instanceof SignedOut)) throw error;
  change(upload, { state: "waiting", tried: true });
  clearTimeout(timer);
  timer = setTimeout(again, WAITS[Math.min(tries++, WAITS.length - 1)]);
}

function again() {
  for (const upload of uploads.values()) {
    if (upload.state === "waiting") change(upload, { state: "queued" });
  }
  pump();
}

hear("connected", again);
addEventListener("online", again);
addEventListener("beforeunload", (event) => {
  const settled = ({ state, held }) => held || state === "done" || state === "failed";
  if (![...uploads.values()].every(settled)) event.preventDefault();
});
