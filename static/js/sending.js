// What waits goes out: in a lane one after the other, so that nothing overtakes what was written
// before it; each under one client_id however often it is tried. Pages and the service worker do
// this alike and take turns.
import { alone } from "hallway/alone";
import { bring } from "hallway/bringing";
import { changeEntry, changeFile, entriesOf, settle } from "hallway/queue";
import { ask, inTheNameOf, isFromServer, Unreachable } from "hallway/requests";
import { announce, listen } from "hallway/signals";
import { read } from "hallway/store";
import { Turned } from "hallway/transfer";

/** How often something may break the server, or be refused on the way, before its author has it back. */
const MOST_TRIES = 5;
const LATER = new Set([408, 425, 429]);
const LOST = "A file is not on this device any more. Attach it again.";
const WORDS = {
  message: { 404: "That conversation is not open to you any more." },
  request: { 404: "You can’t send requests there any more." },
};
const BROKE = "Something broke on our side.";
const drains = new Map();

/** The server is there, but cannot take this now. */
export class Later extends Unreachable {
  /** @param {number} after in how many seconds it may */
  constructor(after = 0) {
    super();
    this.after = after;
  }
}

/**
 * Send what waits in a lane, until nothing is left or something stands in the way.
 * @param {string} user
 * @param {string} lane
 * @throws {Unreachable | import("hallway/requests").SignedOut} what stands in the way
 */
export function drain(user, lane) {
  const name = `${user}/${lane}`;
  const known = drains.get(name);
  if (known) {
    known.again = true;
    return known.done;
  }
  const run = { again: false };
  drains.set(name, run);
  announce(user, { type: "going" });
  run.done = alone(`hallway-lane-${name}`, () => empty(user, lane, run)).finally(() => {
    if (drains.get(name) === run) drains.delete(name);
    announce(user, { type: "going" });
  });
  return run.done;
}

/** Whether this page sends what is in a lane, or waits for another tab that does. */
export const isGoing = (user, lane) => drains.has(`${user}/${lane}`);

/**
 * Send all that waits of one person.
 * @param {string} user
 * @throws {Unreachable | import("hallway/requests").SignedOut} when something is left
 */
export async function flush(user) {
  const waiting = (await entriesOf(user)).filter(({ failed }) => !failed);
  const lanes = [...new Set(waiting.map(({ lane }) => lane))];
  const ends = await Promise.allSettled(lanes.map((lane) => drain(user, lane)));
  const failed = ends.find(({ reason }) => reason);
  if (failed) throw failed.reason;
}

async function empty(user, lane, run) {
  const next = async () =>
    (await entriesOf(user)).find((entry) => entry.lane === lane && !entry.failed);
  do {
    run.again = false;
    try {
      for (let entry = await next(); entry; entry = await next()) {
        // Known for certain: then it has not left the device, and its author may still change it.
        if (navigator.onLine === false) throw new Unreachable();
        await deliver(user, entry);
      }
    } catch (error) {
      // Asked for while this was failing: the connection may be back since.
      if (!run.again) throw error;
    }
  } while (run.again);
  drains.delete(`${user}/${lane}`);
}

async function deliver(user, entry) {
  const { client_id: id } = entry;
  try {
    if (entry.files.length) await filesOf(user, entry);
  } catch (error) {
    if (!(error instanceof Turned)) throw error;
    return fail(user, id, { sentence: error.message, final: error.final });
  }
  // From here on it cannot be changed any more: the server may have it.
  const leaving = (now) => (now.failed ? undefined : { ...now, attempted: true });
  const now = await changeEntry(user, id, leaving);
  if (!now) return;
  const files = await read(user, ["files"], (box) =>
    Promise.all(now.files.map((key) => box.get("files", key))),
  );
  if (!files.every((file) => file?.id)) return fail(user, id, { sentence: LOST, final: true });
  await judge(user, now, files, await post(user, now, files));
}

// Its author may take it back while a file is on its way: then what comes after it need not wait.
async function filesOf(user, { client_id: id, files }) {
  let stop;
  const taken = new Promise((resolve) => {
    stop = listen(user, (signal) => signal.type === "taken" && signal.id === id && resolve());
  });
  try {
    await Promise.race([taken, Promise.all(files.map((key) => bring(user, key)))]);
  } finally {
    stop();
  }
}

async function post(user, { address, client_id: id, fields, people: meant }, files) {
  const body = new URLSearchParams([
    ...fields,
    ["client_id", id],
    ...meant.map((person) => ["mentions", person.id]),
    ...files.map((file) => ["uploads", file.id]),
  ]);
  return ask(address, {
    method: "POST",
    headers: { Accept: "application/json", ...inTheNameOf(user) },
    body,
    // A page that is left lets it go out; the next page asks again with the same id.
    keepalive: String(body).length < 15_000,
  });
}

async function judge(user, entry, files, answer) {
  const { client_id: id, tries = 0 } = entry;
  const { status, text } = answer;
  if (answer.ok) {
    // What stands between, the sign-in page of a café perhaps, says yes to everything.
    if (!isFromServer(answer)) throw new Unreachable();
    return settle(user, id, text);
  }
  if (LATER.has(status)) throw new Later(Number(answer.headers.get("Retry-After")) || 0);
  // What stands between may also refuse, without asking the server.
  const isJudged = status < 500 && isFromServer(answer);
  if (!isJudged && tries + 1 < MOST_TRIES) {
    await changeEntry(user, id, (now) => ({ ...now, tries: tries + 1 }));
    throw new Later();
  }
  const { errors = {}, sentence } = readable(text);
  // The server forgets a file that no message claimed for a day; the device still has it.
  if (status === 422 && errors.files && files.some((file) => file.id) && !entry.renewed) {
    await changeEntry(user, id, (now) => ({ ...now, renewed: true }));
    for (const { key } of files) await changeFile(user, key, { id: undefined, tried: true });
    return;
  }
  const [error] = Object.values(errors);
  const known = status === 500 ? BROKE : isJudged && WORDS[entry.kind][status];
  const words = error || known || sentence || "The server didn’t take it.";
  await fail(user, id, { status, sentence: words, errors });
}

async function fail(user, id, why) {
  const entry = await changeEntry(user, id, (now) => ({ ...now, failed: why }));
  if (entry) announce(user, { type: "failed", entry });
}

// A failure of the server itself is told as a page.
function readable(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
