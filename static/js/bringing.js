// Files on their way to the server: two at a time, each once, whoever wants it there: the tray it
// was put into, the message it goes with, another tab.
import { alone } from "hallway/alone";
import { contentOf, letGo } from "hallway/contents";
import { changeFile, fileOf } from "hallway/queue";
import { announce } from "hallway/signals";
import { carry, Turned } from "hallway/transfer";

const AT_ONCE = 2;

/** @type {Map<string, {arrived: Promise<void>, stop: AbortController}>} */
const wanted = new Map();
const queue = [];
let running = 0;

/** @param {string} key whether this page is about to bring a file, or waits for somebody who is */
export const isWanted = (key) => wanted.has(key);

/**
 * Bring a file to the server, unless it is there. One that is given up is not an error.
 * @param {string} user
 * @param {string} key
 * @throws {Turned | import("hallway/requests").Unreachable | import("hallway/requests").SignedOut}
 */
export function bring(user, key) {
  if (!wanted.has(key)) {
    const stop = new AbortController();
    const arrived = inTurn(() => alone(`hallway-file-${key}`, () => once(user, key, stop.signal)));
    wanted.set(key, { arrived: arrived.finally(() => wanted.delete(key)), stop });
  }
  return wanted.get(key).arrived;
}

/**
 * Stop bringing a file that nobody wants any more.
 * @param {string} key
 */
export function abandon(key) {
  wanted.get(key)?.stop.abort();
  letGo(key);
}

async function inTurn(act) {
  if (running >= AT_ONCE) await new Promise((resolve) => queue.push(resolve));
  running++;
  try {
    return await act();
  } finally {
    running--;
    queue.shift()?.();
  }
}

// Another tab may have brought it meanwhile; after a broken attempt the server is asked first.
async function once(user, key, signal) {
  const file = await fileOf(user, key);
  if (!file || file.id || signal.aborted) return;
  if (file.refused) throw new Turned(file.refused.sentence, file.refused.final);
  const follow = (part) => announce(user, { type: "progress", key, part });
  const content = async () => {
    const made = await contentOf(user, file);
    await changeFile(user, key, { tried: true });
    return made;
  };
  follow(0);
  try {
    const { id, kind, width, height } = await carry(user, file, content, follow, signal);
    await changeFile(user, key, { id, kind, width, height });
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof Turned) {
      await changeFile(user, key, { refused: { sentence: error.message, final: error.final } });
    }
    throw error;
  } finally {
    announce(user, { type: "progress", key });
  }
}
