// Room on the device: where it runs out, pictures leave first; where none is left, pages are told.
import { alone } from "hallway/alone";
import { photosOf } from "hallway/saved";
import { whoseHere } from "hallway/whose";

/** Whether this worker, which lives for minutes, has said so. */
let isSaid = false;

/**
 * Save something for a person while this device is theirs. It waits for what is being saved: two
 * would change the same text. Where there is no room for it even without half of their pictures,
 * nothing is saved, and the pages may say so.
 * @param {string} user
 * @param {() => Promise<unknown>} act may be done twice
 */
export const inRoom = (user, act) => alone("hallway-saving", () => attempt(user, act));

async function attempt(user, act) {
  // They may have left since it was asked for.
  if (!user || (await whoseHere()).user !== user) return;
  try {
    await act();
  } catch (error) {
    if (error.name !== "QuotaExceededError") throw error;
    await makeRoom(user);
    await act().catch(tell);
  }
}

async function makeRoom(user) {
  const cache = await photosOf(user);
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.ceil(keys.length / 2)).map((key) => cache.delete(key)));
}

async function tell() {
  if (isSaid) return;
  isSaid = true;
  for (const client of await clients.matchAll()) client.postMessage({ type: "full" });
}
