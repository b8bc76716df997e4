// A page of the messenger is cut where its templates mark it: into the frame around, the list, the
// conversation. Each is saved once, in its newest state, and put together again on opening.

/**
 * Cut a marked part out.
 * @param {string} text
 * @param {string} name
 * @returns {[string, string] | null} the part, and the text with a hole in its place
 */
export function cut(text, name) {
  const [open, close] = [`<!--${name}-->`, `<!--/${name}-->`];
  const [start, end] = [text.indexOf(open), text.indexOf(close)];
  if (start < 0 || end < start) return null;
  const hole = text.slice(0, start) + open + text.slice(end);
  return [text.slice(start + open.length, end), hole];
}

/**
 * Put a part into a hole, or in the place of the part that is there.
 * @param {string} text
 * @param {string} name
 * @param {string} part
 */
export function fill(text, name, part) {
  const [, hole] = cut(text, name) ?? [];
  const open = `<!--${name}-->`;
  return hole?.replace(open, () => open + part) ?? null;
}

const TITLE = /<title>[^<]*<\/title>/;

/** @param {string} text its first title element, or nothing */
export const titleOf = (text) => TITLE.exec(text)?.[0] ?? "";

/**
 * @param {string} text
 * @param {string} title a title element
 */
export const titled = (text, title) => text.replace(TITLE, () => title);

/**
 * Say in a part that it is a saved one, and from when.
 * @param {string} text
 * @param {string} id of the element that says it
 */
export const stamped = (text, id) =>
  text.replace(`id="${id}"`, `id="${id}" data-saved="${new Date().toISOString()}"`);

/** @param {string} text as if it were none */
export const unstamped = (text) => text.replaceAll(/ data-saved="[^"]*"/g, "");
