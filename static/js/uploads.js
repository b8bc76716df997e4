// Files being uploaded: two at a time, each under one key however often it is tried. They belong
// to a tray (tray.js) until their message is sent, then to the outbox.
import { dropBlob, keepBlob, keptBlob } from "hallway/blobs";
import { hear, tell } from "hallway/events";
import { newId } from "hallway/client_id";
import { ask, quietly, SignedOut, Unreachable } from "hallway/requests";
import { isPhoto, shrink } from "hallway/shrinking";
import { carry, Turned } from "hallway/transfer";

const AT_ONCE = 2;
const WAITS = [3_000, 5_000, 10_000, 20_000, 30_000];
const MEGABYTE = 1 << 20;
const LOST = "is not on this device any more. Attach it again.";

/** @type {Map<string, Upload>} */
const uploads = new Map();
const running = new Set();
let tries = 0;
let timer = 0;

/**
 * @typedef {{key: string, thread: number, name: string, size: number, kind: string,
 *   state: "queued"|"uploading"|"waiting"|"done"|"failed", part: number, sentence?: string,
 *   final?: boolean, id?: number, picture?: string, width?: number, height?: number}} Upload
 *   part: how much has gone, from 0 to 1; final: trying again is of no use; id: the server's;
 *   picture: an address to show it by
 */

/** @param {string} key */
export const uploadOf = (key) => uploads.get(key);

/**
 * What must be kept of an upload to go on with it after a reload.
 * @param {Upload} upload
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
 * Go on with an upload of an earlier page.
 * @param {number} thread
 * @param {ReturnType<typeof described>} file
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

/** Ask the server again whether it has an upload, and try once more if not. */
export function retry(upload) {
  if (running.has(upload)) return;
  const anew = { state: "queued", part: 0, id: undefined, sentence: undefined, final: false };
  change(upload, { ...anew, tried: true });
  pump();
}

/** Give an upload up, on the server too. */
export function remove(upload) {
  forget(upload);
  upload.stop?.abort();
  if (upload.id) quietly(() => ask(`/files/${upload.id}`, { method: "DELETE" }));
}

/** A message carries it now: nothing of it is needed here any more. */
export function forget(upload) {
  uploads.delete(upload.key);
  dropBlob(upload.key);
  // What shows it may stand for a moment longer than the upload.
  if (upload.picture?.startsWith("blob:")) setTimeout(() => URL.revokeObjectURL(upload.picture), 10_000);
}

function tooBig({ name, limit }, size) {
  if (!limit || size <= limit * MEGABYTE) return "";
  return `${name} is ${Math.ceil(size / MEGABYTE)} MB. The limit is ${limit} MB.`;
}

function change(upload, values) {
  Object.assign(upload, values);
  if (uploads.has(upload.key)) tell("upload", { upload });
}

// Until the device has it, closing the page would lose it.
async function hold(upload, blob) {
  upload.held = await keepBlob(upload.key, blob);
  if (!uploads.has(upload.key) || upload.id) dropBlob(upload.key);
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
    const answer = await alone(upload, () =>
      carry(upload, () => contentOf(upload), (part) => change(upload, { part }), signal),
    );
    tries = 0;
    done(upload, answer);
  } catch (error) {
    if (!signal.aborted) fail(upload, error);
  } finally {
    running.delete(upload);
    pump();
  }
}

// Another tab may go on with the same file; whoever comes second asks whether it is there.
function alone(upload, act) {
  if (!navigator.locks) return act();
  return navigator.locks.request(`hallway-upload-${upload.key}`, { signal: upload.stop.signal }, act);
}

async function contentOf(upload) {
  if (upload.blob) return upload.blob;
  const file = (await readable(upload.file)) ?? (await keptBlob(upload.key));
  if (!file) throw new Turned(`${upload.name} ${LOST}`, true);
  upload.picture ??= upload.kind === "image" ? URL.createObjectURL(file) : undefined;
  // What was kept for after a reload is a Blob or File that may have been made smaller already.
  const made = upload.file ? await shrink(file) : { blob: file, name: upload.name };
  const refusal = tooBig(upload, made.blob.size);
  if (refusal) throw new Turned(refusal, true);
  if (made.blob !== file) hold(upload, made.blob);
  const { blob, name, width, height } = made;
  change(upload, { blob, name, size: blob.size, width, height, file: undefined });
  return blob;
}

// A folder, or a file that was moved away meanwhile, has a name and a size but nothing to read.
async function readable(file) {
  try {
    await file?.slice(0, 1).arrayBuffer();
    return file;
  } catch {
    return undefined;
  }
}

function done(upload, { id, width, height }) {
  const picture = width ? (upload.picture ?? `/files/${id}/thumbnail`) : upload.picture;
  change(upload, { state: "done", part: 1, id, width, height, picture });
  upload.blob = undefined;
  dropBlob(upload.key);
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
  const loose = ![...uploads.values()].every(settled);
  if (loose) event.preventDefault();
});
