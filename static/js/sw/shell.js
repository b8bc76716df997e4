// The shell: scripts, styles and pictures of pages, kept under their content-hashed addresses.
import { drawing, drawnBy } from "hallway/saved";

const NAME = "hallway-shell-";
const { shell } = self.hallway;

/** The release this worker belongs to. */
export const release = self.hallway.release;

/** This release and the one before it: pages of that one may still be open, or saved. */
const KEPT = 2;

/** The releases whose shell is here, the newest first. */
async function releases() {
  const names = (await caches.keys()).filter((name) => name.startsWith(NAME));
  const others = names.map((name) => name.slice(NAME.length)).filter((other) => other !== release);
  return [release, ...others.reverse()];
}

/**
 * What releases drew for a person that can still be shown, that of the newest first.
 * @param {string} user
 * @returns {Promise<Cache[]>} opened at once: later it would be made again, where it was let go of
 */
export async function savedBy(user) {
  const shown = await releases();
  const drawn = await drawing(user);
  return Promise.all(
    shown.filter((one) => drawn.includes(one)).map((one) => drawnBy(one, user)),
  );
}

/** Keep everything that pages of this release are made of. */
export async function keepShell() {
  const cache = await caches.open(NAME + release);
  await Promise.all(shell.map(async (address) => cache.put(address, await found(address))));
}

// What has not changed since the last release is here already.
async function found(address) {
  const isHashed = address.includes("?v=");
  const known = isHashed && (await caches.match(address, { ignoreVary: true }));
  if (known) return known;
  const cache = isHashed ? "default" : "reload";
  const response = await fetch(address, { credentials: "omit", cache });
  if (!response.ok) throw new Error(`${address} is answered with ${response.status}`);
  return response;
}

/** Let go of what no page is made of any more. */
export async function dropShells() {
  const old = (await releases()).slice(KEPT);
  await Promise.all(old.map((other) => caches.delete(NAME + other)));
}

/** @param {string} address one of the shell, as of this release */
export const ofShell = async (address) => (await caches.open(NAME + release)).match(address);

/**
 * A static file: from the device when it is the very one asked for.
 * @param {Request} request
 */
export async function answerAsset(request) {
  const kept = await caches.match(request.url, { ignoreVary: true });
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok && request.url.includes("?v=")) {
    const cache = await caches.open(NAME + release);
    await cache.put(request.url, response.clone()).catch(() => {});
  }
  return response;
}
