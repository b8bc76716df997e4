// Pictures that were seen are there without signal, up to a budget. The order of keys is that of
// their last use, to the day: the ones used longest ago leave first.
import { AT, photosOf, putText } from "hallway/saved";
import { inRoom } from "hallway/sw/room";
import { read, whoseHere } from "hallway/whose";

/** Bytes for pictures, where the browser gives a device that much. */
const BUDGET = 60 << 20;
const SHARE = 10;
const A_DAY = 86_400_000;

/** How much the pictures of a person take; counted once for as long as this worker lives. */
let taken = null;

/**
 * Whether a request is for a picture that is not for everybody, as a page shows it.
 * @param {Request} request
 */
export const isPhoto = (request, { pathname }) =>
  request.destination === "image" && /^\/(?:files|photos)\//.test(pathname);

/**
 * Answer with a picture: as it was seen, else from the server.
 * @param {FetchEvent} event
 */
export async function answerPhoto(event) {
  const { url } = event.request;
  const { user } = await whoseHere();
  const kept = user && (await (await photosOf(user)).match(url));
  if (isOfPerson(url)) return answerFace(event, kept);
  if (!kept) return askAndKeep(event);
  if (Date.now() - Number(kept.headers.get(AT)) > A_DAY) event.waitUntil(check(url));
  return kept;
}

const isOfPerson = (url) => new URL(url).pathname.startsWith("/photos/");

// People choose another photo, and may wish the one before to be seen by nobody.
async function answerFace(event, kept) {
  const answer = kept ? ((await check(event.request.url)) ?? kept) : await askAndKeep(event);
  // Nothing is no fault here: there was one when the page was drawn.
  return answer.status === 404 ? new Response(null, { status: 204 }) : answer;
}

async function askAndKeep(event) {
  const { url } = event.request;
  const response = await ask(url);
  if (response.ok) event.waitUntil(keep(url, response.clone()));
  return response;
}

// Not in the browser's own cache: there it would be twice, and stay when its reader leaves.
const ask = (url, headers = {}) =>
  fetch(url, { credentials: "same-origin", cache: "no-store", headers });

/** @param {string[]} urls of pictures that were shown before this worker was there */
export async function keepAll(urls) {
  for (const url of urls) {
    const response = await ask(url).catch(() => undefined);
    if (response?.ok) await keep(url, response);
  }
}

async function keep(url, response) {
  const { user } = read(response.headers.get("X-Hallway-User") ?? "");
  if (!user || user !== (await whoseHere()).user) return;
  // Of an upload that was not sent yet nobody knows whether it will be.
  if (response.headers.get("Cache-Control")?.includes("no-store")) return;
  const blob = await response.blob();
  const cache = await photosOf(user);
  const headers = new Headers(response.headers);
  headers.set("Content-Length", blob.size);
  await inRoom(user, () => putText(cache, url, blob, headers));
  if (taken?.user !== user) taken = { user, bytes: await sizeOf(cache) };
  else taken.bytes += blob.size;
  await shrink(cache);
}

const sizeIn = (response) => Number(response?.headers.get("Content-Length") ?? 0);

async function sizeOf(cache) {
  return (await cache.matchAll()).reduce((sum, one) => sum + sizeIn(one), 0);
}

async function shrink(cache) {
  const { quota = Infinity } = (await navigator.storage?.estimate?.()) ?? {};
  const budget = Math.min(BUDGET, quota / SHARE);
  if (taken.bytes <= budget) return;
  for (const request of await cache.keys()) {
    if (taken.bytes <= budget) return;
    taken.bytes -= sizeIn(await cache.match(request));
    await cache.delete(request);
  }
}

/** Ask whether a picture may still be seen; what the server has in its place, if anything. */
async function check(url) {
  const { user } = await whoseHere();
  const cache = await photosOf(user);
  const kept = await cache.match(url);
  const answer = await ask(url, { "If-None-Match": kept?.headers.get("ETag") ?? "" }).catch(() => null);
  if (!answer || !kept) return undefined;
  const isGone = answer.status === 403 || answer.status === 404;
  const keepOn = async () => putText(cache, url, await kept.blob(), kept.headers);
  if (answer.status === 304) await inRoom(user, keepOn);
  else if (answer.ok) await keep(url, answer.clone());
  else if (isGone) await cache.delete(url);
  return answer.ok || isGone ? answer : undefined;
}
