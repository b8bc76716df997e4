// What the device has as the server would draw it is not sent again: a list of rows, and what
// stands around a log.
import { drawnBy } from "hallway/saved";
import { cut, unstamped } from "hallway/sw/cutting";
import { AROUND, listsOf } from "hallway/sw/messenger";
import { release } from "hallway/sw/shell";
import { threadKey } from "hallway/sw/threads";

/** What is saved of an address, with the tag under which the server drew it. */
async function known(url, whose) {
  const cache = await drawnBy(release, whose.user);
  const [, thread] = /^\/threads\/(\d+)$/.exec(url.pathname) ?? [];
  if (thread && url.searchParams.has("frame")) {
    const kept = await cache.match(threadKey(thread));
    return kept && { tag: kept.headers.get(AROUND), text: await kept.text() };
  }
  if (url.pathname !== "/messages/rows" || url.searchParams.has("unread")) return undefined;
  const kept = await cache.match(listsOf(whose) + url.searchParams.get("channel"));
  return kept && { tag: kept.headers.get("ETag"), text: cut(await kept.text(), "rows")?.[0] };
}

/**
 * Ask the server, or where it draws the same as before answer with that.
 * @param {Request} request
 * @param {URL} url
 * @param {import("hallway/whose").Whose} whose
 * @returns {Promise<{response: Response, isSame: boolean}>}
 */
export async function ask(request, url, whose) {
  const { tag, text } = (whose.user && (await known(url, whose))) || {};
  if (!tag || !text) return { response: await fetch(request), isSame: false };
  const headers = new Headers(request.headers);
  headers.set("If-None-Match", tag);
  const response = await fetch(url, { headers, credentials: "same-origin", cache: "no-store" });
  if (response.status !== 304) return { response, isSame: false };
  const like = { "Content-Type": "text/html; charset=utf-8" };
  return { response: new Response(unstamped(text), { headers: like }), isSame: true };
}
