// What the server answers is learned from: what it shows is saved, what it refuses is forgotten.
import { drawnBy, forgetOthers, note, putText, since } from "hallway/saved";
import { dropList, placeOf, save, saveAroundLog, saveMessages } from "hallway/sw/messenger";
import { inRoom } from "hallway/sw/room";
import { drop, threadKey } from "hallway/sw/threads";
import { read, whoseHere } from "hallway/whose";

/** Pages that are kept as they were seen, for when there is no signal. */
const KEPT = /^\/(maintenance(\/new|\/\d+)?|threads\/\d+\/(details|files)|help)?$/;
/** A conversation, what changed in it, or what stands around its log; not a place within it. */
const THREAD = /^\/threads\/(\d+)(?:(\/messages\?after_version=\d+)|(\?frame=1))?$/;
/** The page of requests, and the form of a new one. */
export const REQUESTS = "/maintenance";
const FORM = "/maintenance/new";
const A_MINUTE = 60_000;

/** @param {import("hallway/whose").Whose} whose the beginning of the keys of their pages */
export const pagesOf = ({ account }) => `/saved/${account}/pages`;

/** Whether something a page asks for by script is saved, or tells what may not be any more. */
export const isOfInterest = (url) =>
  placeOf(url) !== undefined ||
  KEPT.test(url.pathname) ||
  THREAD.test(url.pathname + url.search);

/**
 * Learn from an answer: what it shows is saved, what it refuses is forgotten.
 * @param {Response} response
 * @param {URL} url
 */
export async function observe(response, url) {
  const whose = read(response.headers.get("X-Hallway-User") ?? "");
  const here = await whoseHere();
  // Somebody else may be here since it was asked for.
  if (!whose.user || whose.user !== here.user) return forgetOthers(here.user);
  if ((await since(whose.user, "contact")) > A_MINUTE) await noteContact(whose.user);
  if (response.status === 403 || response.status === 404) {
    return inRoom(whose.user, () => refused(url, whose));
  }
  const { headers, status } = response;
  if (!response.ok || !isOfInterest(url)) return undefined;
  const text = await response.text();
  await inRoom(whose.user, () => learn(text, { url, whose, headers, status }));
  if (url.pathname !== REQUESTS) return undefined;
  return keepForm(text, await drawnBy(headers.get("X-Hallway-Release"), whose.user), whose);
}

/** @param {string} user who was in contact with the server just now */
export const noteContact = (user) => inRoom(user, () => note(user, "contact"));

/**
 * Keep the form of a new request, for where there is no signal.
 * @param {string} [list] the page of requests, which leads to it
 * @param {Cache} cache where it may be
 * @param {import("hallway/whose").Whose} whose
 */
export async function keepForm(list, cache, whose) {
  if (!list?.includes(`href="${FORM}"`) || (await cache.match(pagesOf(whose) + FORM))) return;
  await observe(await fetch(FORM, { cache: "no-store" }), new URL(FORM, location.href));
}

async function refused(url, whose) {
  const [, thread] = THREAD.exec(url.pathname + url.search) ?? [];
  if (thread) await drop(whose.user, threadKey(thread));
  const { channel, rows } = placeOf(url) ?? {};
  if (channel || rows) await dropList(channel || rows, whose);
  await drop(whose.user, pagesOf(whose) + url.pathname + url.search);
}

async function learn(text, { url, whose, headers, status }) {
  const [, thread, messages, frame] = THREAD.exec(url.pathname + url.search) ?? [];
  if (messages) return saveMessages(thread, text, howOf(headers), whose);
  if (!headers.get("Content-Type")?.startsWith("text/html") || status !== 200) return undefined;
  if (frame) return saveAroundLog(thread, text, headers.get("ETag"), whose);
  const place = placeOf(url);
  if (place) return save(place, text, headers, whose);
  if (!text.startsWith("<!doctype")) return undefined;
  const cache = await drawnBy(headers.get("X-Hallway-Release"), whose.user);
  return putText(cache, pagesOf(whose) + url.pathname + url.search, text, headers);
}

const howOf = (headers) => ({
  version: headers.get("X-Thread-Version"),
  reset: headers.has("X-Thread-Reset"),
  read: headers.get("X-Read-Seq"),
});
