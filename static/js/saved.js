// What the device saves of pages, so that they open at once and without signal. The service worker
// writes it; pages only ask for it, or for its end. Everything is kept per person, and what was
// drawn by one release in one cache, because it fits together.

const SAVED = /^hallway-(?:saved-\w+|photos|notes)-of-(\d+)$/;
const DRAWN = /^hallway-saved-(\w+)-of-(\d+)$/;
const A_DAY = 86_400_000;

/** The header that says when something was saved, in ms since 1970. */
export const AT = "X-Saved-At";

/**
 * The cache of what a release drew for a person.
 * @param {string} release
 * @param {string} user
 */
export const drawnBy = (release, user) => caches.open(`hallway-saved-${release}-of-${user}`);

/**
 * The releases that drew something that is saved for a person.
 * @param {string} user
 */
export async function drawing(user) {
  const names = (await caches.keys()).map((name) => DRAWN.exec(name)).filter(Boolean);
  return names.filter(([, , theirs]) => theirs === user).map(([, release]) => release);
}

/**
 * Forget what a release drew.
 * @param {string} release
 * @param {string} user
 */
export const forgetDrawn = (release, user) => caches.delete(`hallway-saved-${release}-of-${user}`);

/** @param {string} user the cache of pictures they have seen */
export const photosOf = (user) => caches.open(`hallway-photos-of-${user}`);

const notesOf = (user) => caches.open(`hallway-notes-of-${user}`);

/**
 * The text kept under a key; nothing where there is none.
 * @param {Cache} cache
 * @param {string} key
 */
export const textOf = async (cache, key) => (await cache.match(key))?.text();

/**
 * Keep a text, or a blob.
 * @param {Cache} cache
 * @param {string} key
 * @param {string | Blob} text
 * @param {HeadersInit} [like] the headers of the answer it came in
 */
export async function putText(cache, key, text, like) {
  const headers = new Headers(like);
  // It is plain now, however it travelled.
  headers.delete("Content-Encoding");
  headers.set(AT, Date.now());
  // What is put comes last in the order of keys.
  await cache.put(key, new Response(text, { headers }));
}

/**
 * The keys of a cache that begin in some way, without that beginning; the one saved last at the end.
 * @param {Cache} cache
 * @param {string} beginning
 */
export async function keysIn(cache, beginning) {
  const keys = (await cache.keys()).map(({ url }) => url.slice(new URL(url).origin.length));
  return keys.filter((key) => key.startsWith(beginning)).map((key) => key.slice(beginning.length));
}

/**
 * The names of the caches of those people who are meant.
 * @param {(user: string) => boolean} isMeant
 */
export const namesOf = async (isMeant) =>
  (await caches.keys()).filter((name) => SAVED.test(name) && isMeant(SAVED.exec(name)[1]));

/**
 * All that is saved for a person.
 * @param {string} user
 * @returns {Promise<Cache[]>}
 */
export async function allOf(user) {
  const names = await namesOf((one) => one === user);
  // At once: opening one that was let go of meanwhile would make it again.
  return Promise.all(names.map((name) => caches.open(name)));
}

const forgetAll = (names) => Promise.all(names.map((name) => caches.delete(name)));

/** @param {string} user forget everything saved for them */
export const forget = async (user) => forgetAll(await namesOf((one) => one === user));

/** @param {string} [user] forget everything saved for anybody else */
export const forgetOthers = async (user) => forgetAll(await namesOf((one) => one !== user));

/** @param {string} user forget what was saved for them, but not when that was */
export async function close(user) {
  const names = await namesOf((one) => one === user);
  await forgetAll(names.filter((name) => !name.startsWith("hallway-notes-")));
}

/**
 * Note that something happened just now.
 * @param {string} user
 * @param {"contact" | "refreshed"} what contact: the server was there and knew them
 * @param {string} [words]
 */
export const note = async (user, what, words = "") =>
  putText(await notesOf(user), `/saved/${what}`, words);

/**
 * The words that were noted with it last.
 * @param {string} user
 * @param {"contact" | "refreshed"} what
 */
export const noted = async (user, what) => textOf(await notesOf(user), `/saved/${what}`);

/**
 * How long ago that was, in ms; Infinity for never, or where the clock was turned back.
 * @param {string} user
 * @param {"contact" | "refreshed"} what
 */
export async function since(user, what) {
  const noted = await (await notesOf(user)).match(`/saved/${what}`);
  const age = Date.now() - Number(noted?.headers.get(AT));
  return noted && age > -A_DAY ? age : Infinity;
}

/**
 * How much is saved for a person.
 * @param {string} user
 * @returns {Promise<{conversations: number, pictures: number, bytes: number}>}
 */
export async function countSaved(user) {
  const sums = { conversations: 0, pictures: 0, bytes: 0 };
  for (const cache of await allOf(user)) {
    for (const key of await keysIn(cache, "/")) {
      sums.conversations += /^saved\/threads\/\d+$/.test(key);
      sums.pictures += /^(?:files|photos)\//.test(key);
      sums.bytes += (await (await cache.match(`/${key}`))?.blob())?.size ?? 0;
    }
  }
  return sums;
}
