// The files of messages that wait: a message goes out when all of its files are there.
import { hear, tell } from "hallway/events";
import { described, forget, remove, resume, retry } from "hallway/uploads";
import { change, entriesOf } from "hallway/waiting";

/**
 * The files of a message as they are being uploaded; what an earlier page began goes on.
 * @param {import("hallway/waiting").Entry} entry
 */
export const uploadsOf = ({ thread, files = [] }) => files.map((file) => resume(thread, file));

/** Whether all files of a message are at the server. */
export const isReady = ({ files = [] }) => files.every((file) => file.id);

/** What to say of a message that waits for its files. */
export function stateOf(entry) {
  return uploadsOf(entry).some(({ state }) => state === "waiting") ? "waiting" : "uploading";
}

/** Whether a file of a message was turned down for good. */
export const isTurnedDown = (entry) => uploadsOf(entry).some((upload) => upload.final);

/** Try once more what failed. */
export function retryFiles(entry) {
  for (const upload of uploadsOf(entry)) if (upload.state === "failed") retry(upload);
}

/** Give the files of a message up. */
export const dropFiles = (entry) => uploadsOf(entry).forEach(remove);

/** The message carries its files now. */
export const letGo = (entry) => uploadsOf(entry).forEach(forget);

// A file of a message went on, arrived, or was turned down.
hear("upload", ({ upload }) => {
  const isIt = ({ key }) => key === upload.key;
  const entry = entriesOf(upload.thread).find(({ files = [] }) => files.some(isIt));
  if (!entry || entry.failed) return;
  const { state, sentence } = upload;
  const failed = state === "failed";
  const files = entry.files.map((file) => (isIt(file) ? described(upload) : file));
  if (failed || state === "done") change(entry.client_id, { files, failed });
  const words = state === "queued" || state === "done" ? "uploading" : state;
  const now = { ...entry, files, failed };
  if (isReady(now)) tell("ready", { thread: entry.thread });
  else tell("outbox", { entry: now, state: words, sentence });
});
