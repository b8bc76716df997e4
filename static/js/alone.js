// One at a time: among all tabs and the service worker where the browser can, else in this page.
// Without it nothing would be sent twice, the server sees to that, but some things in vain.

const turns = new Map();

/**
 * Act when nobody else acts under the same name.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} act
 * @returns {Promise<T>}
 */
export function alone(name, act) {
  if (navigator.locks) return navigator.locks.request(name, act);
  const turn = (turns.get(name) ?? Promise.resolve()).then(act);
  turns.set(name, turn.catch(() => {}));
  return turn;
}
