// Whom a text that is being written mentions: where "@" begins a name, and who was chosen for it.
// The server finds the names itself; who was chosen tells people of one name apart.
import { draftOf, write } from "hallway/kept";

// Not inside an address or a link, as the server has it.
const BEGINS = /(?<![\p{L}\p{N}_@./=&%+])@([^\s@][^@\n]{0,60})?$/u;

/** @typedef {{id: number, name: string}} Person */

/**
 * Where the name begins that is being typed, or null.
 * @param {string} text up to the caret
 * @returns {{start: number, typed: string}|null}
 */
export function begun(text) {
  const found = BEGINS.exec(text);
  return found && { start: found.index, typed: found[1] ?? "" };
}

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/**
 * Whether what is typed begins a name, or a later word of it; case and accents do not matter.
 * @param {string} name
 * @param {string} typed
 */
export function fits(name, typed) {
  const words = plain(name).split(/\s+/);
  const wanted = plain(typed);
  return words.some((_word, at) => words.slice(at).join(" ").startsWith(wanted));
}

/**
 * Keep, with a draft, that somebody was chosen.
 * @param {string} draft its name
 * @param {Person} person
 */
export function choose(draft, person) {
  write(draft, (now) => ({ ...now, people: [...now.people, person] }));
}

/**
 * Those of the chosen whom a text still names.
 * @param {string} draft its name
 * @param {string} text
 * @returns {Person[]}
 */
export const chosen = (draft, text) =>
  (draftOf(draft)?.people ?? []).filter(({ name }) => text.includes(`@${name}`));
