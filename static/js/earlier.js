// What an earlier release kept on this device comes into the store of today: drafts and messages
// from localStorage, contents of files from a database of their own.
import { answerTo, openKnown } from "hallway/asked";
import { change, isAnythingFleeting } from "hallway/store";
import { blank, entryOf, isBlank } from "hallway/written";

const KEPT = /^hallway-(outbox|(?:draft|files|mentions|audience)-\d+)-of-(\d+)$/;

/**
 * Bring over what is there, once.
 * @param {string} user
 */
export async function bringOver(user) {
  const found = foundOf(user);
  if (!found.size) return;
  const blobs = await blobsOf(user);
  await change(user, ["entries", "drafts", "files", "contents"], async (box) => {
    const { entries, drafts, files } = translated(found);
    for (const entry of entries) box.put("entries", entry);
    for (const draft of drafts) box.put("drafts", draft);
    for (const file of files) box.put("files", file);
    for (const row of blobs) box.put("contents", row);
  });
  if (isAnythingFleeting(user)) return;
  for (const what of found.keys()) localStorage.removeItem(`hallway-${what}-of-${user}`);
  indexedDB.deleteDatabase(`hallway-files-of-${user}`);
}

function foundOf(user) {
  const found = new Map();
  try {
    for (const name of Object.keys(localStorage)) {
      const [, what, whose] = KEPT.exec(name) ?? [];
      if (whose === user) found.set(what, JSON.parse(localStorage.getItem(name)));
    }
  } catch {
    // Storage is switched off, or somebody else wrote there.
  }
  return found;
}

function translated(found) {
  const files = [];
  const take = (thread, list = []) =>
    list.map((file) => {
      files.push({ ...file, to: `/threads/${thread}/uploads`, tried: true });
      return file.key;
    });
  const entries = (found.get("outbox") ?? []).map((old, index) => ({
    ...entryOf(old.thread, addressed(old), old.mentions, take(old.thread, old.files)),
    client_id: old.client_id,
    place: Date.parse(old.at) + index / 1_000,
    at: old.at,
    attempted: true,
  }));
  const threads = new Set([...found.keys()].map((what) => what.split("-")[1]).filter(Boolean));
  const drafts = [...threads].map((thread) => ({
    ...blank(`thread-${thread}`),
    fields: addressed({
      body: found.get(`draft-${thread}`) ?? "",
      audience: found.get(`audience-${thread}`),
    }),
    people: found.get(`mentions-${thread}`) ?? [],
    files: take(thread, found.get(`files-${thread}`)),
  }));
  return { entries, drafts: drafts.filter((draft) => !isBlank(draft)), files };
}

const addressed = ({ body, audience }) => (audience ? { body, audience } : { body });

async function blobsOf(user) {
  try {
    const database = await openKnown(`hallway-files-of-${user}`);
    const rows = database.transaction("blobs").objectStore("blobs");
    const [keys, blobs] = [await answerTo(rows.getAllKeys()), await answerTo(rows.getAll())];
    database.close();
    return keys.map((key, index) => ({ key, blob: blobs[index] }));
  } catch {
    return [];
  }
}
