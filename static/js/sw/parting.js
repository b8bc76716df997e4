// Who has signed out without signal stays signed out, however long there is none. The cookie that
// says so may be gone by then: what scripts write there, Safari keeps for 7 days, and what they keep
// elsewhere for as long as the app is installed or in use.
import { COOKIE, LEFT, read } from "hallway/whose";

const KEPT = 60 * 86_400_000;

/** Write the cookie again where it is gone. Where somebody signed in since, that is newer. */
export async function keepLeft() {
  const left = await (await caches.match("/left", { cacheName: LEFT }))?.text();
  if (!left || !self.cookieStore) return;
  const cookie = await cookieStore.get(COOKIE);
  if (read(cookie?.value).user) await caches.delete(LEFT);
  if (cookie) return;
  const expires = Date.now() + KEPT;
  await cookieStore.set({ name: COOKIE, value: `leaving-${left}`, expires, sameSite: "lax" });
}
