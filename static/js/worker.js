// The service worker. It stands between the pages of this device and the server, and answers in
// its place where it can: blueprints/pwa.py serves it as /sw.js, with the release it belongs to.
import { forgetOthers } from "hallway/saved";
import { flush } from "hallway/sending";
import { take } from "hallway/sw/handing";
import { isOfInterest, noteContact, observe } from "hallway/sw/learning";
import { saveMessages } from "hallway/sw/messenger";
import { answerPage, answerPart, noteForm } from "hallway/sw/pages";
import { answerPhoto, isPhoto, keepAll } from "hallway/sw/photos";
import { refresh } from "hallway/sw/refreshing";
import { inRoom } from "hallway/sw/room";
import { answerAsset, dropShells, keepShell } from "hallway/sw/shell";
import { whoseHere } from "hallway/whose";

/** What to answer with, or nothing where the browser shall ask by itself. */
function answerTo(event) {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return undefined;
  if (request.method === "POST" && url.pathname === "/share") return take(request);
  if (request.method !== "GET") {
    if (request.mode === "navigate" || request.headers.has("HX-Request")) noteForm();
    return undefined;
  }
  if (url.pathname.startsWith("/static/")) return answerAsset(request);
  if (isPhoto(request, url)) return answerPhoto(event);
  if (request.mode === "navigate") return answerPage(event);
  return isOfInterest(url) ? answerPart(event) : undefined;
}

/** What pages tell; what they know of somebody comes with whom they were drawn for. */
const HEARD = {
  /** A message came by itself. */
  message: ({ user, thread, html }) => inRoom(user, () => saveMessages(thread, html, {}, { user })),
  /** Something was read. */
  read: ({ user, thread, seq }) =>
    inRoom(user, () => saveMessages(thread, "", { read: seq }, { user })),
  /** A page hears the server. */
  contact: async ({ user, stamp }) => {
    await noteContact(user);
    if (stamp) await refresh(stamp);
  },
  /** A page was loaded before this worker was there. */
  seen: async ({ address, photos }) => {
    const response = await fetch(address, { cache: "no-store" });
    await observe(response, new URL(address, location.href));
    await keepAll(photos);
  },
};

async function heed(told) {
  try {
    await HEARD[told?.type]?.(told);
  } finally {
    // Somebody may have left while this was on its way.
    await forgetWhoLeft();
  }
}

const forgetWhoLeft = async () => forgetOthers((await whoseHere()).user);

addEventListener("install", (event) => {
  event.waitUntil(keepShell().then(() => skipWaiting()));
});
addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([clients.claim(), dropShells(), forgetWhoLeft()]));
});
addEventListener("fetch", (event) => {
  const answer = answerTo(event);
  // Where the device keeps nothing, or fails, there is the server still.
  if (answer) event.respondWith(answer.catch(() => fetch(event.request)));
});
addEventListener("message", (event) => {
  event.waitUntil(heed(event.data));
});
// The signal is back, perhaps long after the last page was closed.
addEventListener("sync", (event) => {
  if (event.tag === "outbox") event.waitUntil(whoseHere().then(({ user }) => user && flush(user)));
});
