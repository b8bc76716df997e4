// Saved conversations: kept up to a number, and dropped with their pictures where the right is lost.
import { allOf, keysIn, photosOf, putText, textOf } from "hallway/saved";
import { savedBy } from "hallway/sw/shell";

/** Conversations kept; the one that was saved longest ago leaves first. */
const MOST = 30;
/** Where pictures of messages are, and where also those of people are. */
const FILES = /\/files\/\d+\//g;
const PICTURES = /\/(?:files|photos)\/\d+\//g;

/** @param {string} thread its id, or `none` for the pane where none is open */
export const threadKey = (thread) => `/saved/threads/${thread}`;

/** @param {Cache} cache the ids of the conversations in it */
export const threadsIn = async (cache) =>
  (await keysIn(cache, threadKey(""))).filter((thread) => /^\d+$/.test(thread));

/**
 * Keep a conversation, and let go of what has no place any more: others that were saved long ago,
 * and pictures of this one that it does not show any more.
 * @param {Cache} cache
 * @param {string} user
 * @param {string} thread
 * @param {string} text
 * @param {HeadersInit} [like]
 */
export async function putThread(cache, user, thread, text, like) {
  const before = picturesIn((await textOf(cache, threadKey(thread))) ?? "", FILES);
  await putText(cache, threadKey(thread), text, like);
  const gone = before.difference(picturesIn(text, FILES));
  if (gone.size) await dropPhotos(user, (picture) => gone.has(picture));
  const old = (await threadsIn(cache)).slice(0, -MOST);
  await Promise.all(old.map((one) => cache.delete(threadKey(one))));
}

/**
 * Change a conversation that is saved, whatever release drew it.
 * @param {string} user
 * @param {string} thread
 * @param {(text: string) => string} change
 * @param {Record<string, string>} [more] headers to keep with it
 */
export async function changeThread(user, thread, change, more = {}) {
  for (const cache of await savedBy(user)) {
    const kept = await cache.match(threadKey(thread));
    if (!kept) continue;
    const headers = new Headers(kept.headers);
    for (const [name, value] of Object.entries(more)) headers.set(name, value);
    await putThread(cache, user, thread, change(await kept.text()), headers);
  }
}

const picturesIn = (text, kind) => new Set([...text.matchAll(kind)].map(([picture]) => picture));

/**
 * Forget what somebody has no right to any more, whatever release drew it, with its pictures.
 * @param {string} user
 * @param {string} key
 */
export async function drop(user, key) {
  const gone = new Set();
  for (const cache of await allOf(user)) {
    for (const one of picturesIn((await textOf(cache, key)) ?? "", PICTURES)) gone.add(one);
    await cache.delete(key);
  }
  const thread = threadKey("");
  const of = key.startsWith(thread) ? key.slice(thread.length) : undefined;
  await dropPhotos(user, (picture, its) => gone.has(picture) || (of && of === its));
}

async function dropPhotos(user, isGone) {
  const cache = await photosOf(user);
  for (const request of await cache.keys()) {
    const [picture] = request.url.match(PICTURES) ?? [];
    const its = (await cache.match(request))?.headers.get("X-Hallway-Thread");
    if (isGone(picture, its)) await cache.delete(request);
  }
}
