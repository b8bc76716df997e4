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

let coming = null;

/** Resolves when the parts are on the page that few pages need. */
export function lateParts() {
  coming ??= fetchParts();
  // What does not come now is asked for again the next time.
  coming.catch(() => (coming = null));
  return coming;
}

async function fetchParts() {
  const answer = await fetch(document.body.dataset.lateParts);
  if (!answer.ok) throw new Error(`Parts are answered with ${answer.status}`);
  document.body.insertAdjacentHTML("beforeend", await answer.text());
}
