// What is in a file that will travel: read, made smaller, kept for after a reload.
import { changeFile } from "hallway/queue";
import { shrink } from "hallway/shrinking";
import { change, read } from "hallway/store";
import { Turned } from "hallway/transfer";

const MEGABYTE = 1 << 20;
/** What was chosen in this page, by key, and what of it the device has not kept yet. */
const chosen = new Map();
const unheld = new Set();

/**
 * The sentence for a file over the limit, or nothing.
 * @param {{name: string, limit?: number}} file limit in MB
 * @param {number} size in bytes
 */
export function tooBig({ name, limit }, size) {
  if (!limit || size <= limit * MEGABYTE) return "";
  return `${name} is ${Math.ceil(size / MEGABYTE)} MB. The limit is ${limit} MB.`;
}

/**
 * Keep the content of a file on the device.
 * @param {string} user
 * @param {string} key
 * @param {Blob} blob
 */
export async function hold(user, key, blob) {
  chosen.set(key, blob);
  unheld.add(key);
  await change(user, ["contents"], async (box) => box.put("contents", { key, blob }));
  unheld.delete(key);
}

/** Whether the content of a file is on its way to the device; closing the page would lose it. */
export const isAnythingUnheld = () => unheld.size > 0;

/**
 * What is in a file, if it is still there.
 * @param {string} user
 * @param {string} key
 * @returns {Promise<Blob | undefined>}
 */
export async function kept(user, key) {
  return (await readable(chosen.get(key))) ?? (await read(user, ["contents"], get(key)))?.blob;
}

const get = (key) => (box) => box.get("contents", key);

/** @param {string} key of a file nobody wants any more */
export function letGo(key) {
  chosen.delete(key);
  unheld.delete(key);
}

/**
 * What travels for a file.
 * @param {string} user
 * @param {import("hallway/written").File} file
 * @returns {Promise<{blob: Blob, name: string}>}
 * @throws {Turned} when it is not on this device any more, or too big
 */
export async function contentOf(user, file) {
  const { key, name } = file;
  const blob = await kept(user, key);
  if (!blob) throw new Turned(`${name} is not on this device any more. Attach it again.`, true);
  if (!file.raw) return { blob, name };
  const made = await shrink(blob, name);
  const refusal = tooBig(file, made.blob.size);
  if (refusal) throw new Turned(refusal, true);
  if (made.blob !== blob) await hold(user, key, made.blob);
  const { width, height } = made;
  await changeFile(user, key, { name: made.name, size: made.blob.size, width, height, raw: false });
  return made;
}

// A folder, or a file that was moved away meanwhile, has a name and a size but nothing to read.
async function readable(blob) {
  try {
    await blob?.slice(0, 1).arrayBuffer();
    return blob;
  } catch {
    return undefined;
  }
}
