// The content of files that wait to be uploaded, kept on the device so that it survives a reload.
// Where the browser keeps nothing (a private window, a full disk) a page still has what it holds.

const STORE = "blobs";
let opening = null;

const nameOfStore = () => `hallway-files-of-${document.body.dataset.userId}`;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(nameOfStore(), 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => {
      // Signing out in another tab deletes everything; this one must not be in the way.
      request.result.onversionchange = () => {
        request.result.close();
        opening = null;
      };
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
  return opening;
}

async function run(mode, act) {
  try {
    const transaction = (await open()).transaction(STORE, mode);
    const request = act(transaction.objectStore(STORE));
    return await new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } catch {
    return undefined;
  }
}

/**
 * Keep the content of a file. Says whether that worked.
 * @param {string} key
 * @param {Blob} blob
 */
export const keepBlob = async (key, blob) =>
  (await run("readwrite", (store) => store.put(blob, key))) !== undefined;

/**
 * What was kept under a key, if it is still there.
 * @param {string} key
 * @returns {Promise<Blob | undefined>}
 */
export const keptBlob = (key) => run("readonly", (store) => store.get(key));

/** @param {string} key */
export const dropBlob = (key) => run("readwrite", (store) => store.delete(key));

/**
 * Forget everything but what is still named.
 * @param {Set<string>} keys
 */
export async function keepOnly(keys) {
  const kept = (await run("readonly", (store) => store.getAllKeys())) ?? [];
  for (const key of kept) if (!keys.has(key)) dropBlob(key);
}

/** Forget everything of this person on this device. */
export function dropBlobs() {
  try {
    indexedDB.deleteDatabase(nameOfStore());
  } catch {
    // Then nothing was kept.
  }
}
