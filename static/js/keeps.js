// Whether something waits on this device to be sent, or is being written there: where nothing is, a
// page need not bring what looks after it. It is noted where it is read at once and other tabs hear
// of it. A battery that runs out may take the note along, but never what it stands for.
import { answerTo, openKnown } from "hallway/asked";

const SOMETHING = "something";
const nameFor = (user) => `hallway-keeps-of-${user}`;

/**
 * Note it.
 * @param {string} user
 * @param {boolean} isAny
 */
export function noteKept(user, isAny) {
  const words = isAny ? SOMETHING : "nothing";
  try {
    if (localStorage.getItem(nameFor(user)) !== words) localStorage.setItem(nameFor(user), words);
  } catch {
    // Then every page looks after it from the start.
  }
}

/**
 * Whether something is kept for a person, or may be.
 * @param {string} user
 */
export async function mayKeep(user) {
  try {
    const name = nameFor(user);
    // An earlier release kept drafts beside it.
    const isOther = (other) => other !== name && other.endsWith(`-of-${user}`);
    if (Object.keys(localStorage).some(isOther)) return true;
    return localStorage.getItem(name) === SOMETHING || (await isAnythingIn(`hallway-${user}`));
  } catch {
    return true;
  }
}

async function isAnythingIn(name) {
  if (!(await indexedDB.databases()).some((database) => database.name === name)) return false;
  const database = await openKnown(name);
  try {
    const rows = database.transaction(["entries", "drafts"]);
    const numbers = ["entries", "drafts"].map((table) => answerTo(rows.objectStore(table).count()));
    return (await Promise.all(numbers)).some(Boolean);
  } finally {
    database.close();
  }
}

/**
 * Act when another tab begins to keep something.
 * @param {string} user
 * @param {() => void} act
 */
export function whenKept(user, act) {
  addEventListener("storage", ({ key, newValue }) => {
    if (key === nameFor(user) && newValue === SOMETHING) act();
  });
}
