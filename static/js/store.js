// What the device keeps for one person, in a database of their own: what waits to be sent, what
// is being written, the files of both. Pages and the service worker read and write it alike.
//
// Where the browser keeps nothing (a private window, a full disk), what could not be written
// stays in the memory of the page that wanted to keep it.
import { answerTo } from "hallway/asked";

const TABLES = { entries: "client_id", drafts: "name", files: "key", contents: "key" };

const databases = new Map();
const memories = new Map();
const forsaken = new Set();

/**
 * @typedef {"entries" | "drafts" | "files" | "contents"} Table
 * @typedef {{get: (table: Table, key: string) => Promise<any>, all: (table: Table) => Promise<any[]>,
 *   put: (table: Table, value: object) => void, remove: (table: Table, key: string) => void}} Box
 *   what a transaction can do; it ends when something else than these is waited for
 */

function open(user) {
  if (!databases.has(user)) {
    const opening = opened(user);
    databases.set(user, opening);
    opening.catch(() => databases.delete(user));
  }
  return databases.get(user);
}

async function opened(user) {
  if (forsaken.has(user)) throw new Error("signed out");
  const asked = indexedDB.open(`hallway-${user}`, 1);
  asked.onupgradeneeded = () => {
    for (const [table, keyPath] of Object.entries(TABLES)) {
      asked.result.createObjectStore(table, { keyPath });
    }
  };
  const database = await answerTo(asked);
  // Who signs out in another tab deletes everything; this one must not be in the way.
  database.onversionchange = () => {
    database.close();
    databases.delete(user);
  };
  database.onclose = () => databases.delete(user);
  return database;
}

function memoryOf(user) {
  if (!memories.has(user)) {
    memories.set(user, Object.fromEntries(Object.keys(TABLES).map((table) => [table, new Map()])));
  }
  return memories.get(user);
}

/**
 * Read, all at one moment.
 * @template T
 * @param {string} user
 * @param {Table[]} tables
 * @param {(box: Box) => Promise<T>} act
 * @returns {Promise<T>}
 */
export const read = (user, tables, act) => transact(user, tables, "readonly", act);

/**
 * Read and write as one: all of it or nothing, and nobody in between.
 * @template T
 * @param {string} user
 * @param {Table[]} tables
 * @param {(box: Box) => Promise<T>} act is asked again where the device has no room
 * @returns {Promise<T>}
 */
export const change = (user, tables, act) => transact(user, tables, "readwrite", act);

async function transact(user, tables, mode, act) {
  try {
    return await onDisk(await open(user), memoryOf(user), tables, mode, act);
  } catch {
    return act(inMemory(user));
  }
}

async function onDisk(database, memory, tables, mode, act) {
  // What waits to be sent must survive even a battery that runs out.
  const durability = tables.includes("entries") ? "strict" : "relaxed";
  const transaction = database.transaction(tables, mode, { durability });
  const ended = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error ?? new DOMException("", "AbortError"));
  });
  const written = [];
  const rows = (table) => transaction.objectStore(table);
  const box = {
    get: async (table, key) => memory[table].get(key) ?? answerTo(rows(table).get(key)),
    all: async (table) => together(memory, table, await answerTo(rows(table).getAll())),
    put(table, value) {
      rows(table).put(value);
      written.push([table, value[TABLES[table]]]);
    },
    remove(table, key) {
      rows(table).delete(key);
      written.push([table, key]);
    },
  };
  ended.catch(() => {});
  const result = await act(box);
  // Said, not left to the browser: the page may be gone in a moment.
  transaction.commit?.();
  await ended;
  for (const [table, key] of written) memory[table].delete(key);
  return result;
}

function inMemory(user) {
  const memory = memoryOf(user);
  const ask = async (table, mode, act) => {
    try {
      return await answerTo(act((await open(user)).transaction(table, mode).objectStore(table)));
    } catch {
      return undefined;
    }
  };
  return {
    get: async (table, key) =>
      memory[table].get(key) ?? ask(table, "readonly", (rows) => rows.get(key)),
    all: async (table) =>
      together(memory, table, (await ask(table, "readonly", (rows) => rows.getAll())) ?? []),
    put: (table, value) => memory[table].set(value[TABLES[table]], value),
    remove(table, key) {
      memory[table].delete(key);
      ask(table, "readwrite", (rows) => rows.delete(key));
    },
  };
}

function together(memory, table, rows) {
  const key = TABLES[table];
  return [...rows.filter((row) => !memory[table].has(row[key])), ...memory[table].values()];
}

/**
 * Whether something is nowhere but in the memory of this page.
 * @param {string} user
 * @param {Table} table
 * @param {string} key
 */
export const isFleeting = (user, table, key) => memoryOf(user)[table].has(key);

/**
 * Whether closing this page would lose something.
 * @param {string} user
 */
export const isAnythingFleeting = (user) =>
  Object.values(memoryOf(user)).some((rows) => rows.size > 0);

/**
 * Keep nothing more for a person, who signs out: what a page that closes still wants to keep.
 * @param {string} user
 */
export async function forsake(user) {
  forsaken.add(user);
  memories.delete(user);
  const opening = databases.get(user);
  databases.delete(user);
  (await opening?.catch(() => {}))?.close();
}

/**
 * Forget everything of a person on this device.
 * @param {string} user
 */
export async function erase(user) {
  try {
    const asked = indexedDB.deleteDatabase(`hallway-${user}`);
    // Where a page that sleeps still holds it, it goes when that page does.
    const blocked = new Promise((resolve) => (asked.onblocked = resolve));
    await Promise.race([answerTo(asked), blocked]);
  } catch {
    // Then nothing was kept.
  }
}
