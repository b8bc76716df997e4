// The messenger on the device: its pages taken apart when they come, put together when they open.
import { drawnBy, keysIn, putText, textOf } from "hallway/saved";
import { cut, fill, stamped, titled, titleOf } from "hallway/sw/cutting";
import { withMessages } from "hallway/sw/messages_text";
import { savedBy } from "hallway/sw/shell";
import { changeThread, drop, putThread, threadKey } from "hallway/sw/threads";

const NONE = "none";
/** The pane where none is open, for a device without signal that was never shown it. */
const NOTHING_OPEN =
  '<title>Messages · Hallway</title><main class="thread" id="content" tabindex="-1"><h1 class="visually-hidden">Messages</h1></main>';
/** The header that has the tag under which the server drew what stands around a log. */
export const AROUND = "X-Around";

/** @typedef {import("hallway/whose").Whose} Whose */

const frameKey = ({ account }) => `/saved/${account}/frame`;
const firstKey = ({ account }) => `/saved/${account}/first`;

/** @param {Whose} whose the beginning of the keys of their lists; the name of the channel follows */
export const listsOf = ({ account }) => `/saved/${account}/lists/`;

/**
 * What an address of the messenger shows; nothing for one that is not saved, because it leads
 * into the middle of a conversation or to a part of a list.
 * @param {URL} url
 * @returns {{thread: string, channel?: string} | {rows: string} | undefined}
 */
export function placeOf({ pathname, searchParams }) {
  const [, thread] = /^\/threads\/(\d+)$/.exec(pathname) ?? [];
  if (thread) return searchParams.size ? undefined : { thread };
  const channel = searchParams.get("channel") ?? "";
  if (searchParams.has("unread")) return undefined;
  if (pathname === "/messages/rows") return { rows: channel };
  const isWhole = pathname === "/messages" && searchParams.size === (channel ? 1 : 0);
  return isWhole ? { thread: NONE, channel } : undefined;
}

/**
 * Save what the server drew.
 * @param {{thread: string, channel?: string} | {rows: string}} place
 * @param {string} text
 * @param {Headers} headers
 * @param {Whose} whose
 */
export async function save(place, text, headers, whose) {
  const cache = await drawnBy(headers.get("X-Hallway-Release"), whose.user);
  if ("rows" in place) return saveRows(cache, whose, place.rows, text, headers);
  const [conversation, around] = cut(text, "conversation") ?? [text];
  if (around) await saveAround(cache, whose, place, around, headers);
  const named = titleOf(conversation) ? conversation : titleOf(text) + conversation;
  await putThread(cache, whose.user, place.thread, stamped(named, "log"), headers);
}

async function saveAround(cache, whose, { channel }, text, headers) {
  const [list, frame] = cut(text, "list") ?? [];
  const [, shown] = /id="rows" data-channel="([\w-]+)"/.exec(list) ?? [];
  if (!shown) return;
  const key = listsOf(whose) + shown;
  // A list of few is not drawn over one that was called up whole; its rows follow anyway.
  await putText(cache, key, stamped(list, "rows"));
  if (channel === "") await putText(cache, firstKey(whose), shown);
  const [, quiet] = cut(frame, "once") ?? [];
  // A notice was meant for that moment.
  if (quiet) await putText(cache, frameKey(whose), quiet, headers);
}

async function saveRows(cache, whose, channel, text, headers) {
  const key = listsOf(whose) + channel;
  const list = fill((await textOf(cache, key)) ?? "", "rows", stamped(text, "rows"));
  if (list) await putText(cache, key, list, { ETag: headers.get("ETag") ?? "" });
}

/**
 * Forget the list of a channel that somebody does not have any more.
 * @param {string} channel
 * @param {Whose} whose
 */
export async function dropList(channel, whose) {
  await drop(whose.user, listsOf(whose) + channel);
  for (const cache of await savedBy(whose.user)) {
    if ((await textOf(cache, firstKey(whose))) === channel) await cache.delete(firstKey(whose));
  }
}

/**
 * Bring what stands around the log, and changes without a message, into a conversation that is
 * saved.
 * @param {string} thread
 * @param {string} around
 * @param {string} tag under which the server drew it
 * @param {Whose} whose
 */
export async function saveAroundLog(thread, around, tag, { user }) {
  const [, seen] = /data-seen-seq="(\d+)"/.exec(around) ?? [];
  const renew = (kept) => {
    const text = fill(around, "log", cut(kept, "log")?.[0] ?? "");
    return withMessages(text, "", { seen });
  };
  await changeThread(user, thread, renew, { [AROUND]: tag });
}

/**
 * Bring messages into a conversation that is saved.
 * @param {string} thread
 * @param {string} html
 * @param {Parameters<typeof withMessages>[2]} how
 * @param {Whose} whose
 */
export const saveMessages = (thread, html, how, { user }) =>
  changeThread(user, thread, (text) => withMessages(text, html, how));

/**
 * A place as it is saved: a page, or for htmx the part of it that is asked for. Nothing where a
 * part is missing.
 * @param {{thread: string, channel?: string}} place
 * @param {boolean} isPart
 * @param {Whose} whose
 * @param {string} [bare] what stands for a conversation that was never saved
 * @returns {Promise<Response | undefined>}
 */
export async function open(place, isPart, whose, bare) {
  for (const cache of await savedBy(whose.user)) {
    const conversation = (await cache.match(threadKey(place.thread))) ?? (bare && new Response(bare));
    if (!conversation) continue;
    if (isPart && place.thread !== NONE) return conversation;
    const frame = await cache.match(frameKey(whose));
    const text = frame && (await together(cache, place, whose, isPart, [frame, conversation]));
    if (text) return new Response(text, { headers: frame.headers });
  }
  return undefined;
}

/**
 * The same where the server cannot be reached: the list is there, even if it never stood alone.
 * @param {{thread: string, channel?: string}} place
 * @param {boolean} isPart
 * @param {Whose} whose
 */
export const openAnyway = (place, isPart, whose) =>
  open(place, isPart, whose, place.thread === NONE ? NOTHING_OPEN : undefined);

async function together(cache, place, whose, isPart, [frame, conversation]) {
  const text = await conversation.text();
  const list = await listBeside(cache, place, whose, text);
  if (!list) return undefined;
  const whole = await frame.text();
  const around = isPart ? cut(whole, "messenger")[0] : titled(whole, titleOf(text));
  // For htmx the title stands in the part, for a page in its head.
  const page = fill(fill(around, "list", list), "conversation", isPart ? text : titled(text, ""));
  return page.replace("<html ", "<html data-saved ");
}

// That of the channel asked for, or of the conversation; else the one that was saved last.
async function listBeside(cache, { channel }, whose, conversation) {
  const asked = channel === "" ? await textOf(cache, firstKey(whose)) : channel;
  const [, its] = /class="thread-back" href="\/messages\?channel=([\w-]+)"/.exec(conversation) ?? [];
  const named = await textOf(cache, listsOf(whose) + (asked ?? its));
  if (named || asked) return named;
  const [last] = (await keysIn(cache, listsOf(whose))).slice(-1);
  return last && textOf(cache, listsOf(whose) + last);
}
