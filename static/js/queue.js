// What waits to be sent, and what is being written, as the device keeps it: every change of either.
import { newId } from "hallway/client_id";
import { announce } from "hallway/signals";
import { change, read } from "hallway/store";
import { blank, inOrder, isBlank, isInHand, joined } from "hallway/written";

/**
 * @typedef {import("hallway/written").Entry} Entry
 * @typedef {import("hallway/written").Draft} Draft
 * @typedef {import("hallway/written").File} File
 */

/**
 * Everything of a person that waits, in the order it goes.
 * @param {string} user
 * @returns {Promise<Entry[]>}
 */
export const entriesOf = async (user) =>
  inOrder(await read(user, ["entries"], (box) => box.all("entries")));

async function changed(user, tables, act) {
  const result = await change(user, tables, act);
  announce(user, { type: "changed" });
  return result;
}

/**
 * Put a draft, as it is sent, last in its lane.
 * @param {string} user
 * @param {Entry} entry
 */
export const queue = (user, entry) =>
  changed(user, ["entries", "drafts"], async (box) => {
    box.put("entries", entry);
    box.remove("drafts", entry.draft);
  });

/**
 * Change a draft; one without a word and a file is kept no longer.
 * @param {string} user
 * @param {string} name
 * @param {(draft: Draft) => Draft} act
 * @param {File[]} [files] that come with it
 */
export const changeDraft = (user, name, act, files = []) =>
  changed(user, ["drafts", "files"], async (box) => {
    for (const file of files) box.put("files", file);
    keepOrNot(box, act((await box.get("drafts", name)) ?? blank(name)));
  });

function keepOrNot(box, draft) {
  if (isBlank(draft)) box.remove("drafts", draft.name);
  else box.put("drafts", draft);
}

/**
 * Keep a draft as it is, whatever was kept.
 * @param {string} user
 * @param {Draft} draft
 */
export const keepDraft = (user, draft) =>
  changed(user, ["drafts"], async (box) => keepOrNot(box, draft));

/**
 * Change what waits, if it still does. Returns it as it is then.
 * @param {string} user
 * @param {string} id
 * @param {(entry: Entry) => Entry | undefined} act nothing: leave it
 * @returns {Promise<Entry | undefined>}
 */
export const changeEntry = (user, id, act) =>
  changed(user, ["entries"], async (box) => {
    const entry = await box.get("entries", id);
    const after = entry && act(entry);
    if (after) box.put("entries", after);
    return after;
  });

/**
 * Change what is known of a file, if it is still wanted.
 * @param {string} user
 * @param {string} key
 * @param {Partial<File>} values
 */
export const changeFile = (user, key, values) =>
  changed(user, ["files"], async (box) => {
    const file = await box.get("files", key);
    if (file) box.put("files", { ...file, ...values });
  });

/**
 * @param {string} user
 * @param {string} key
 * @returns {Promise<File | undefined>}
 */
export const fileOf = (user, key) => read(user, ["files"], (box) => box.get("files", key));

/**
 * Try once more what was turned down, with its files.
 * @param {string} user
 * @param {string} id
 */
export const tryAgain = (user, id) =>
  changed(user, ["entries", "files"], async (box) => {
    const entry = await box.get("entries", id);
    if (!entry?.failed) return;
    for (const file of await Promise.all(entry.files.map((key) => box.get("files", key)))) {
      if (file?.refused) box.put("files", { ...file, refused: undefined });
    }
    // This id stands for something else already, so a second try needs one of its own.
    const isTaken = entry.failed.status === 409;
    if (isTaken) box.remove("entries", id);
    const fresh = isTaken ? { client_id: newId() } : {};
    box.put("entries", { ...entry, failed: undefined, tries: 0, renewed: false, ...fresh });
  });

/**
 * Make what waits a draft again, in front of what is written there by now, unless an attempt is
 * under way.
 * @param {string} user
 * @param {string} id
 * @returns {Promise<Entry | undefined>} what it was
 */
export async function takeBack(user, id) {
  const entry = await changed(user, ["entries", "drafts"], async (box) => {
    const found = await box.get("entries", id);
    if (!found || !isInHand(found)) return undefined;
    const draft = (await box.get("drafts", found.draft)) ?? blank(found.draft);
    box.remove("entries", id);
    box.put("drafts", joined(found, draft));
    return found;
  });
  if (entry) announce(user, { type: "taken", id });
  return entry;
}

const remove = (user, id, may) =>
  change(user, ["entries", "files"], async (box) => {
    const entry = await box.get("entries", id);
    if (!entry || !may(entry)) return undefined;
    box.remove("entries", id);
    for (const key of entry.files) box.remove("files", key);
    return entry;
  });

/**
 * The server has it: the device is done with it.
 * @param {string} user
 * @param {string} id
 * @param {string} html what the server answered
 */
export async function settle(user, id, html) {
  const entry = await remove(user, id, () => true);
  if (!entry) return;
  announce(user, { type: "sent", id, entry, html });
  await forgetContents(user, entry.files);
}

/**
 * Its author gives it up, unless an attempt is under way.
 * @param {string} user
 * @param {string} id
 * @returns {Promise<Entry | undefined>} what it was
 */
export async function giveUp(user, id) {
  const entry = await remove(user, id, isInHand);
  announce(user, { type: "changed" });
  if (!entry) return undefined;
  announce(user, { type: "taken", id });
  await forgetContents(user, entry.files);
  return entry;
}

/**
 * Forget files, and what is in them.
 * @param {string} user
 * @param {string[]} keys
 */
export async function forget(user, keys) {
  await changed(user, ["files"], async (box) => {
    for (const key of keys) box.remove("files", key);
  });
  await forgetContents(user, keys);
}

const forgetContents = (user, keys) =>
  change(user, ["contents"], async (box) => {
    for (const key of keys) box.remove("contents", key);
  });

/**
 * Forget what nobody names any more: a crash may leave such files.
 * @param {string} user
 */
export async function tidy(user) {
  await change(user, ["entries", "drafts", "files", "contents"], async (box) => {
    const holders = [...(await box.all("entries")), ...(await box.all("drafts"))];
    const named = new Set(holders.flatMap(({ files }) => files));
    for (const table of ["files", "contents"]) {
      for (const { key } of await box.all(table)) if (!named.has(key)) box.remove(table, key);
    }
  });
}
