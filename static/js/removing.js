// Everything of a person goes from this device: pages, pictures, drafts, what waits to be sent.
// It imports nothing: pages without anybody signed in bring it as well as those of somebody, and
// what it shared with the scripts of those would bring all of them here.

/**
 * Remove all that is kept for somebody. What is kept for others stays.
 * @param {string} user
 */
export async function remove(user) {
  const isTheirs = (name) => new RegExp(`^hallway-(?:.*-of-)?${user}$`).test(name);
  try {
    for (const name of Object.keys(localStorage)) if (isTheirs(name)) localStorage.removeItem(name);
  } catch {
    // Storage is switched off: then nothing was kept there.
  }
  const databases = (await globalThis.indexedDB?.databases?.()) ?? [];
  for (const { name } of databases) if (isTheirs(name)) indexedDB.deleteDatabase(name);
  for (const name of (await globalThis.caches?.keys()) ?? []) {
    if (isTheirs(name)) await caches.delete(name);
  }
  const worker = await navigator.serviceWorker?.getRegistration();
  for (const notice of (await worker?.getNotifications?.()) ?? []) notice.close();
  await navigator.clearAppBadge?.();
}
