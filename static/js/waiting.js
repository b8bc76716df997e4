// The messages that are not sent yet, as they are kept on the device.
import { newId } from "hallway/client_id";
import { keep, kept } from "hallway/storage";

/**
 * @typedef {import("hallway/uploads").Described} Described
 * @typedef {{client_id: string, thread: number, body: string, at: string, failed?: boolean,
 *   files?: Described[], mentions?: import("hallway/mentions").Person[]}} Entry
 *   files: what it carries; one without an id is still being uploaded, and the message waits
 */

/**
 * All of them, in the order they were written.
 * @returns {Entry[]}
 */
export const entries = () => kept("outbox", []);

/**
 * Those of one thread.
 * @param {number} thread
 */
export const entriesOf = (thread) => entries().filter((entry) => entry.thread === thread);

/**
 * Keep a text, files, or both as the last to be sent to a thread.
 * @param {number} thread
 * @param {string} body
 * @param {Described[]} [files]
 * @param {import("hallway/mentions").Person[]} [mentions]
 * @returns {Entry}
 */
export function add(thread, body, files = [], mentions = []) {
  const at = new Date().toISOString();
  const entry = { client_id: newId(), thread, body, files, mentions, at };
  keep("outbox", [...entries(), entry]);
  return entry;
}

/**
 * Change what is kept of a message. Returns it, or undefined when it is gone.
 * @param {string} id its client_id
 * @param {Partial<Entry>} values
 */
export function change(id, values) {
  const all = entries();
  const entry = all.find((one) => one.client_id === id);
  if (entry) keep("outbox", (Object.assign(entry, values), all));
  return entry;
}

/**
 * Keep a message no longer. Returns it, or undefined when it was gone.
 * @param {string} id its client_id
 */
export function remove(id) {
  const left = entries().filter((one) => one.client_id !== id);
  const entry = entries().find((one) => one.client_id === id);
  keep("outbox", left.length ? left : null);
  return entry;
}
