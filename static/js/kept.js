// What the device keeps for the person signed in, as this page last read it: the same in all of
// their tabs. What this page itself changes is shown before it is written.
import { hear, tell } from "hallway/events";
import { bringOver } from "hallway/earlier";
import { noteKept } from "hallway/keeps";
import { changeDraft, keepDraft } from "hallway/queue";
import { listen } from "hallway/signals";
import { forsake, read } from "hallway/store";
import { blank, inOrder, joined } from "hallway/written";

let shelf = { entries: [], drafts: new Map(), files: new Map() };
let looks = 0;
/** Whether everything was removed, because somebody leaves. */
let isErased = false;
/** Changes of this page that are shown already, and not written yet. */
let writing = 0;

/** The id of the person signed in. */
export const me = () => document.body.dataset.userId;

/** All that waits to be sent, in the order it goes. */
export const waiting = () => shelf.entries;

/** @param {string} lane what waits in it, in the order it goes */
export const waitingIn = (lane) => shelf.entries.filter((entry) => entry.lane === lane);

/** @param {string} name */
export const draftOf = (name) => shelf.drafts.get(name);

/** Everything that is being written. */
export const drafts = () => [...shelf.drafts.values()];

/** @param {string} key */
export const fileOf = (key) => shelf.files.get(key);

async function look() {
  const look = ++looks;
  const [entries, drafts, files] = await read(me(), ["entries", "drafts", "files"], (box) =>
    Promise.all(["entries", "drafts", "files"].map((table) => box.all(table))),
  );
  // What was written meanwhile may not be in this; then there will be another look.
  if (writing || look !== looks) return false;
  shelf = { entries: inOrder(entries), drafts: by("name", drafts), files: by("key", files) };
  say();
  return true;
}

async function lookUntilSeen() {
  while (!(await look()));
}

const by = (key, rows) => new Map(rows.map((row) => [row[key], row]));

function assume(values) {
  looks++;
  shelf = { ...shelf, ...values };
  say();
}

function say() {
  if (!isErased) noteKept(me(), shelf.entries.length + shelf.drafts.size > 0);
  tell("kept");
}

/**
 * Write what is shown already; until it is written, nothing that was read takes its place.
 * @template T
 * @param {Promise<T>} change
 * @returns {Promise<T>}
 */
export async function during(change) {
  writing++;
  try {
    return await change;
  } finally {
    writing--;
  }
}

/** Whether something that is shown is not written yet. */
export const isWriting = () => writing > 0;

function assumeDraft(draft, files = []) {
  assume({
    drafts: new Map(shelf.drafts).set(draft.name, draft),
    files: new Map([...shelf.files, ...by("key", files)]),
  });
}

/**
 * Show something as waiting, in place of its draft.
 * @param {import("hallway/written").Entry} entry
 */
export function assumeQueued(entry) {
  const drafts = new Map(shelf.drafts);
  drafts.delete(entry.draft);
  assume({ entries: inOrder([...shelf.entries, entry]), drafts });
}

/**
 * Show something as not waiting any more.
 * @param {string} id its client_id
 */
export function assumeGone(id) {
  assume({ entries: shelf.entries.filter((entry) => entry.client_id !== id) });
}

/**
 * Show something as a draft again.
 * @param {import("hallway/written").Entry} entry
 */
export function assumeTaken(entry) {
  assumeDraft(joined(entry, draftOf(entry.draft) ?? blank(entry.draft)));
  assumeGone(entry.client_id);
}

/**
 * Change a draft.
 * @param {string} name
 * @param {(draft: import("hallway/written").Draft) => import("hallway/written").Draft} act
 * @param {import("hallway/written").File[]} [files] that come with it
 */
export function write(name, act, files = []) {
  assumeDraft(act(draftOf(name) ?? blank(name)), files);
  return during(changeDraft(me(), name, act, files));
}

/**
 * Change a draft in the last moment of a page: there is no time to look what another tab wrote.
 * @param {string} name
 * @param {(draft: import("hallway/written").Draft) => import("hallway/written").Draft} act
 */
export function writeAtOnce(name, act) {
  noteKept(me(), true);
  return keepDraft(me(), act(draftOf(name) ?? blank(name)));
}

/** Read what is kept, and what an earlier release kept in its way. */
export async function begin() {
  await bringOver(me());
  await lookUntilSeen();
}

listen(me(), ({ type, id, entry, html }) => {
  if (type === "changed") look();
  else if (type === "erased") {
    isErased = true;
    forsake(me());
  } else if (type === "going") tell("kept");
  else if (type === "sent") {
    tell("outbox", { entry, state: "sent", html });
    assumeGone(id);
  } else if (type === "failed") {
    assume({ entries: shelf.entries.map((one) => (one.client_id === entry.client_id ? entry : one)) });
    tell("outbox", { entry, state: "failed" });
  }
});

// A page that was asleep heard nothing.
addEventListener("pageshow", (event) => {
  if (event.persisted) look();
});
hear("woke", look);
