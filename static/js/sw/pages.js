// Pages: the messenger from the device at once, others where the server cannot be reached.
import { close, forgetOthers, noted, since } from "hallway/saved";
import { observe, pagesOf } from "hallway/sw/learning";
import { open, openAnyway, placeOf } from "hallway/sw/messenger";
import { offlinePage } from "hallway/sw/offline";
import { keepLeft } from "hallway/sw/parting";
import { savedBy } from "hallway/sw/shell";
import { ask } from "hallway/sw/unchanged";
import { whoseHere } from "hallway/whose";

/** What a form that was just sent leads to is drawn by the server: it may have a notice. */
const AFTER_FORM = 10_000;
/** Saved pages are opened for so long without contact, in ms. */
const CLOSED_AFTER = 7 * 86_400_000;
/** How long a page is waited for that is here as it was seen last, in ms. */
const PATIENCE = 4_000;
/** What a proxy says without a server behind it. */
const NOBODY_THERE = new Set([502, 503, 504]);

let sentAt = 0;

/** Note that a form was sent, which may lead to another page. */
export function noteForm() {
  sentAt = Date.now();
}

/**
 * Answer the loading of a page.
 * @param {FetchEvent} event
 */
export async function answerPage(event) {
  const { request } = event;
  const url = new URL(request.url);
  await keepLeft();
  const whose = await whoseHere();
  await forgetOthers(whose.user);
  const place = placeOf(url);
  const isOpen = await isOpenFor(whose);
  const isCalm = Date.now() - sentAt > AFTER_FORM;
  const saved = isOpen && isCalm && place?.thread && (await open(place, false, whose));
  if (saved) return saved;
  const kept = isOpen && (await lastResort(url, whose));
  const response = await answered(request, kept ? PATIENCE : Infinity);
  if (response && !NOBODY_THERE.has(response.status)) return observed(event, response, url);
  return kept || response || offlinePage(isOpen ? "offline" : await reason(whose));
}

/** What the server answers, if it does so in time. */
function answered(request, patience) {
  const asked = fetch(request).catch(() => undefined);
  if (patience === Infinity) return asked;
  return Promise.race([asked, new Promise((resolve) => setTimeout(resolve, patience))]);
}

// Why nothing of theirs may be opened; who was never in contact has nothing to be opened.
async function reason({ user }) {
  if (!user) return "left";
  return (await noted(user, "contact")) === undefined ? "offline" : "closed";
}

// What was not compared with the server for too long is not kept any longer either.
async function isOpenFor({ user }) {
  if (!user) return false;
  const isOpen = (await since(user, "contact")) < CLOSED_AFTER;
  if (!isOpen) await close(user);
  return isOpen;
}

// A conversation, though not the place in it that was asked for; or a page as it was seen last.
async function lastResort(url, whose) {
  const [path] = /^\/threads\/\d+$|^\/messages$/.exec(url.pathname) ?? [];
  if (path) return openAnyway(placeOf(new URL(path, url)), false, whose);
  for (const cache of await savedBy(whose.user)) {
    const kept = await cache.match(pagesOf(whose) + url.pathname + url.search);
    if (kept) return kept;
  }
  return undefined;
}

/**
 * Answer what a page asks for: a part of the messenger from the device, unless it must be fresh.
 * @param {FetchEvent} event
 */
export async function answerPart(event) {
  const { request } = event;
  const url = new URL(request.url);
  const place = placeOf(url);
  const whose = await whoseHere();
  const isOpen = place?.thread && request.cache !== "no-store" && (await isOpenFor(whose));
  const saved = isOpen && (await open(place, isPart(request.headers), whose));
  if (saved) return saved;
  try {
    const { response, isSame } = await ask(request, url, whose);
    return isSame ? response : await observed(event, response, url);
  } catch (error) {
    const bare = isOpen && (await openAnyway(place, isPart(request.headers), whose));
    if (bare) return bare;
    throw error;
  }
}

// As blueprints/rendering.py tells them: going back, and a swap of the whole body, need the page.
const isPart = (asked) =>
  asked.get("HX-Request") === "true" &&
  asked.get("HX-History-Restore-Request") !== "true" &&
  asked.get("HX-Request-Type") !== "full";

async function observed(event, response, url) {
  if (response.type === "opaqueredirect") return response;
  // A film that is shown as a page would have to be held twice.
  if (/^(?:image|video|audio)\//.test(response.headers.get("Content-Type"))) return response;
  const learning = observe(response.clone(), url);
  event.waitUntil(learning);
  // What a page asks for next must not be what it has just been refused.
  if (response.status === 403 || response.status === 404) await learning;
  return response;
}
