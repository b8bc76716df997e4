// At a contact after a while everything that is saved is brought up to date: what changed in
// conversations, lists, pages; and what somebody has no right to any more goes.
import { alone } from "hallway/alone";
import { drawing, drawnBy, forgetDrawn, keysIn, note, noted, since, textOf } from "hallway/saved";
import { keepForm, observe, pagesOf, REQUESTS } from "hallway/sw/learning";
import { listsOf, saveMessages } from "hallway/sw/messenger";
import { versionOf } from "hallway/sw/messages_text";
import { inRoom } from "hallway/sw/room";
import { release } from "hallway/sw/shell";
import { drop, threadKey, threadsIn } from "hallway/sw/threads";
import { whoseHere } from "hallway/whose";

const OFTEN = 10 * 60_000;
/** Conversations asked for at once. */
const PORTION = 10;

/**
 * Bring everything up to date, unless that was done a moment ago and they may still see the same.
 * @param {string} stamp stands for what they may see
 */
export const refresh = (stamp) => alone("hallway-comparing", () => attempt(stamp));

async function attempt(stamp) {
  const whose = await whoseHere();
  if (!whose.user) return;
  try {
    await compare(stamp, whose);
  } catch (error) {
    // The next contact tries again.
    if (!(error instanceof NotAnswered)) throw error;
  }
}

async function compare(stamp, whose) {
  const old = (await drawing(whose.user)).filter((one) => one !== release);
  for (const one of old) await drawAnew(one, whose);
  const isSame = (await noted(whose.user, "refreshed")) === stamp;
  if (isSame && (await since(whose.user, "refreshed")) < OFTEN) return;
  const cache = await drawnBy(release, whose.user);
  await inRoom(whose.user, () => forgetOtherAccounts(cache, whose));
  await catchUp(cache, whose);
  for (const channel of await keysIn(cache, listsOf(whose))) {
    const kept = await cache.match(listsOf(whose) + channel);
    await askFor(`/messages/rows?channel=${channel}`, ifChanged(kept));
  }
  // What somebody may need in a basement is there although they never looked at it.
  for (const page of new Set([...(await keysIn(cache, pagesOf(whose))), REQUESTS])) {
    await askFor(page, ifChanged(await cache.match(pagesOf(whose) + page)));
  }
  await keepForm(await textOf(cache, pagesOf(whose) + REQUESTS), cache, whose);
  await inRoom(whose.user, () => note(whose.user, "refreshed", stamp));
}

// What an account showed that is not shown now is not compared either.
async function forgetOtherAccounts(cache, { account }) {
  const kept = [`/saved/${account}/`, threadKey("")];
  for (const key of await keysIn(cache, "")) {
    if (!kept.some((beginning) => key.startsWith(beginning))) await cache.delete(key);
  }
}

/** The server did not say what may be seen: nothing counts as compared, and nothing is let go. */
class NotAnswered extends Error {}

// What is answered is learned from like any other answer.
async function askFor(address, headers = {}) {
  const response = await fetch(address, { cache: "no-store", headers });
  if (response.status >= 500 || response.status === 429) throw new NotAnswered(address);
  await observe(response, new URL(address, location.href));
}

const ifChanged = (kept) => ({ "If-None-Match": kept?.headers.get("ETag") ?? "" });

// What an earlier release drew is drawn anew by the present one, and only then forgotten.
async function drawAnew(old, whose) {
  const cache = await drawnBy(old, whose.user);
  const threads = await threadsIn(cache);
  const channels = await keysIn(cache, listsOf(whose));
  for (const channel of channels) await askFor(`/messages?channel=${channel}`);
  for (const thread of threads) await askFor(`/threads/${thread}`, { "HX-Request": "true" });
  for (const page of await keysIn(cache, pagesOf(whose))) await askFor(page);
  await inRoom(whose.user, () => forgetDrawn(old, whose.user));
}

async function catchUp(cache, whose) {
  const threads = await threadsIn(cache);
  for (let first = 0; first < threads.length; first += PORTION) {
    await catchUpWith(cache, threads.slice(first, first + PORTION), whose);
  }
}

async function catchUpWith(cache, threads, whose) {
  const held = await Promise.all(
    threads.map(async (thread) => `${thread}-${versionOf(await textOf(cache, threadKey(thread)))}`),
  );
  const query = new URLSearchParams(held.map((one) => ["held", one]));
  const response = await fetch(`/threads/changes?${query}`, { cache: "no-store" });
  if (!response.ok) throw new NotAnswered(response.url);
  const changes = await response.json();
  for (const thread of threads) {
    const change = changes[thread];
    await inRoom(whose.user, () =>
      change
        ? saveMessages(thread, change.html, change, whose)
        : drop(whose.user, threadKey(thread)),
    );
  }
}
