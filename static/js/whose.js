// Whose this device is, by the cookie that blueprints/whose.py describes. Pages and the service
// worker read it alike; it says so without signal, too.

export const COOKIE = "hallway_whose";
const VALUE = /^(?:(leaving|ended)-)?(\d+)(?:-(\d*))?$/;

/** The cache where it is noted beside the cookie who has signed out (sw/parting.js). */
export const LEFT = "hallway-left";

/**
 * @typedef {{user?: string, account?: string, left?: string, ended?: boolean}} Whose
 *   user: who is signed in; account: the one they chose to see, empty for their first;
 *   left: who has signed out; ended: whether the server knows of it
 */

/**
 * @param {string} [value] of the cookie
 * @returns {Whose}
 */
export function read(value = "") {
  const [, state, user, account = ""] = VALUE.exec(value) ?? [];
  if (!user) return {};
  return state ? { left: user, ended: state === "ended" } : { user, account };
}

/** Whose it is, as a page can tell at once. */
export const whose = () => read(document.cookie.match(/(?:^|; )hallway_whose=([^;]*)/)?.[1]);

/** Whose it is, as a worker can tell; nobody's where the browser does not let it see. */
export async function whoseHere() {
  return read((await self.cookieStore?.get(COOKIE))?.value);
}

/**
 * Note on the device that somebody has signed out; the server learns of it at the next contact.
 * @param {string} user
 */
export function noteLeft(user) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  const kept = "; Path=/; Max-Age=5184000; SameSite=Lax";
  document.cookie = `${COOKIE}=leaving-${user}${kept}${secure}`;
  const again = globalThis.caches?.open(LEFT).then((cache) => cache.put("/left", new Response(user)));
  again?.catch(() => {});
}

/** Note that nothing of who left is on this device any more. */
export async function noteRemoved() {
  // The cookie last: without it the other one would write it again.
  await globalThis.caches?.delete(LEFT).catch(() => {});
  document.cookie = `${COOKIE}=; Path=/; Max-Age=0`;
}
