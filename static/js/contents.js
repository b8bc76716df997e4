// What is in a file that will travel: read, made smaller, kept for after a reload.
import { dropBlob, keepBlob, keptBlob } from "hallway/blobs";
import { shrink } from "hallway/shrinking";
import { Turned } from "hallway/transfer";

const MEGABYTE = 1 << 20;

/**
 * The sentence for a file over the limit, or nothing.
 * @param {{name: string, limit?: number}} upload limit in MB
 * @param {number} size in bytes
 */
export function tooBig({ name, limit }, size) {
  if (!limit || size <= limit * MEGABYTE) return "";
  return `${name} is ${Math.ceil(size / MEGABYTE)} MB. The limit is ${limit} MB.`;
}

/**
 * Keep the content of an upload on the device; until it is `held`, closing the page loses it.
 * @param {import("hallway/uploads").Upload} upload
 * @param {Blob} blob
 */
export async function hold(upload, blob) {
  upload.held = await keepBlob(upload.key, blob);
  if (upload.gone || upload.id) dropBlob(upload.key);
}

/**
 * What travels for an upload, and what is known of it then.
 * @param {import("hallway/uploads").Upload} upload
 * @returns {Promise<Partial<import("hallway/uploads").Upload>>} with its `blob`
 * @throws {Turned} when it is not on this device any more, or too big
 */
export async function contentOf(upload) {
  if (upload.blob) return { blob: upload.blob };
  const file = await readable(upload.file);
  const kept = file ?? (await keptBlob(upload.key));
  if (!kept) throw new Turned(`${upload.name} is not on this device any more. Attach it again.`, true);
  // What an earlier page kept has been made smaller already.
  const made = file ? await shrink(file) : { blob: kept };
  const refusal = tooBig(upload, made.blob.size);
  if (refusal) throw new Turned(refusal, true);
  if (made.blob !== kept) hold(upload, made.blob);
  const { picture = upload.kind === "image" ? URL.createObjectURL(kept) : undefined } = upload;
  return { ...made, size: made.blob.size, picture, file: undefined };
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
