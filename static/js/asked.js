// What is asked of databases of the device, whoever keeps them.

/**
 * What a request to a database of the device comes to.
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
export const answerTo = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/**
 * Open a database that is there; where it is not, none comes into being.
 * @param {string} name
 * @returns {Promise<IDBDatabase>}
 */
export function openKnown(name) {
  const asked = indexedDB.open(name);
  asked.onupgradeneeded = () => asked.transaction.abort();
  return answerTo(asked);
}
