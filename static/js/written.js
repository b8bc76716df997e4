// What is being written and what waits to be sent, as values: nothing here is kept or read.
import { newId } from "hallway/client_id";

/**
 * @typedef {{status?: number, sentence: string, final?: boolean, errors?: Record<string, string>}} Why
 *   why something was turned down; final: trying again is of no use; errors: by field
 * @typedef {{client_id: string, kind: "message" | "request", address: string, lane: string,
 *   place: number, draft: string, thread: number?, fields: [string, string][],
 *   people: import("hallway/mentions").Person[], files: string[], at: string,
 *   attempted?: boolean, tries?: number, renewed?: boolean, failed?: Why}} Entry
 *   a form on its way to `address`; in a lane one goes after the other, by place; attempted: the
 *   server may have it; tries: how often it broke the server; renewed: its files were brought
 *   anew; draft: what it becomes when it is taken back; files: their keys
 * @typedef {{name: string, fields: Record<string, string | string[]>, files: string[],
 *   people: import("hallway/mentions").Person[], place?: number}} Draft
 *   place: where it stood when it was taken back
 * @typedef {{key: string, to: string, name: string, size: number, kind: string, limit?: number,
 *   raw?: boolean, tried?: boolean, width?: number, height?: number, id?: number, refused?: Why}} File
 *   to: where it is uploaded, followed by its key; limit in MB; raw: may become smaller yet;
 *   tried: the server may have it; id: the server's, once it has it
 */

/** @param {Entry[]} entries */
export const inOrder = (entries) => entries.sort((one, other) => one.place - other.place);

/** @returns {Draft} */
export const blank = (name) => ({ name, fields: {}, people: [], files: [] });

/** Whether nothing is written and nothing chosen; to whom it goes is worth nothing by itself. */
export const isBlank = ({ fields: { audience: _, ...fields }, files }) =>
  !files.length && Object.values(fields).every((value) => !String(value).trim());

/**
 * A message as it waits.
 * @param {number} thread
 * @param {Record<string, string>} fields of the form: body, and what else goes with it
 * @param {import("hallway/mentions").Person[]} [people] who was chosen to be mentioned
 * @param {string[]} [files] their keys
 * @returns {Entry} without its place
 */
export const entryOf = (thread, fields, people = [], files = []) => ({
  client_id: newId(),
  kind: "message",
  address: `/threads/${thread}/messages`,
  lane: `thread-${thread}`,
  draft: `thread-${thread}`,
  thread,
  fields: Object.entries(fields),
  people,
  files,
  at: new Date().toISOString(),
});

/** Whether its author may still change something that waits: no attempt is under way. */
export const isInHand = ({ attempted, failed }) => Boolean(failed) || !attempted;

function valuesIn(fields) {
  const values = {};
  for (const [name, value] of fields) {
    values[name] = name in values ? [values[name], value].flat() : value;
  }
  return values;
}

/**
 * A draft with what is taken back in front of it.
 * @param {Entry} entry
 * @param {Draft} draft
 * @returns {Draft}
 */
export function joined({ kind, fields, people, files, place }, draft) {
  const back = valuesIn(fields);
  const { title, description, body, audience } = draft.fields;
  const joins = {};
  if (body?.trim()) {
    joins.body = back.body.trim() ? `${back.body}\n\n${body}` : body;
    joins.audience = narrower(back.audience, audience);
  }
  if (kind === "request" && !isBlank(draft)) {
    const texts = [back.description, title, description].filter((text) => text?.trim());
    joins.description = texts.join("\n\n");
  }
  return {
    ...draft,
    fields: { ...draft.fields, ...back, ...joins },
    people: [...people, ...draft.people],
    files: [...files, ...draft.files],
    place,
  };
}

/**
 * The audience of two texts that become one: neither is shown to anybody it was not meant for.
 * @param {string} [one]
 * @param {string} [other]
 */
export function narrower(one = "everyone", other = "everyone") {
  if (one === other || other === "everyone") return one;
  return one === "everyone" ? other : "team";
}
