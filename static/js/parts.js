// The few pieces scripts make: drawn by the server into <template id="part-…">.

/**
 * A fresh copy of a part.
 * @param {string} name what follows `part-` in the template's id
 * @returns {HTMLElement}
 */
export function part(name) {
  const template = document.getElementById(`part-${name}`);
  return template.content.firstElementChild.cloneNode(true);
}
