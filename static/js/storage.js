// What this device keeps for the person signed in: drafts, and messages that wait to be sent.

const memory = new Map();

function nameOf(what) {
  return `hallway-${what}-of-${document.body.dataset.userId}`;
}

/**
 * What was kept under a name for this person.
 * @param {string} what
 * @param {any} otherwise when nothing was kept
 */
export function kept(what, otherwise) {
  const name = nameOf(what);
  try {
    const text = localStorage.getItem(name);
    return text === null ? (memory.get(name) ?? otherwise) : JSON.parse(text);
  } catch {
    // Storage is switched off, or somebody else wrote there.
    return memory.get(name) ?? otherwise;
  }
}

/**
 * Keep something under a name for this person; `null` forgets it.
 * @param {string} what
 * @param {any} value
 */
export function keep(what, value) {
  const name = nameOf(what);
  memory.delete(name);
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // Full, or switched off: at least this page remembers.
    if (value !== null) memory.set(name, value);
  }
}

/**
 * The names kept for this person that begin with a word.
 * @param {string} word
 * @returns {string[]}
 */
export function keptNames(word) {
  const suffix = `-of-${document.body.dataset.userId}`;
  let names = [...memory.keys()];
  try {
    names = names.concat(Object.keys(localStorage));
  } catch {
    // Storage is switched off.
  }
  return names
    .filter((name) => name.startsWith(`hallway-${word}`) && name.endsWith(suffix))
    .map((name) => name.slice("hallway-".length, -suffix.length));
}
