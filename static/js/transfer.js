// One file goes to the server: asked for first when it was tried before, watched on its way.
import { tell } from "hallway/events";
import { ask, inTheNameOf, isFromServer, SAID_TO, SignedOut, Unreachable } from "hallway/requests";

// A line that carries nothing for so long is taken for broken.
const STALLED = 30_000;
// A large photo is drawn anew before the server answers.
const DIGESTING = 120_000;
// Nobody looks on in a service worker, and the browser ends it before this is over.
const UNWATCHED = 600_000;
const LATER = new Set([0, 408, 425, 429, 500, 502, 503, 504]);
const FOR_GOOD = new Set([409, 413, 422]);
const JSON_PLEASE = { Accept: "application/json" };

/** This file is not taken; the message is the sentence to show. */
export class Turned extends Error {
  /**
   * @param {string} sentence
   * @param {boolean} final whether trying again is of no use
   */
  constructor(sentence, final) {
    super(sentence);
    this.final = final;
  }
}

/**
 * Bring a file to the server, unless it is there already.
 * @param {string} user
 * @param {import("hallway/written").File} file
 * @param {() => Promise<{blob: Blob, name: string}>} content asked for only when it must travel
 * @param {(part: number) => void} follow how much has gone, from 0 to 1
 * @param {AbortSignal} signal
 * @returns {Promise<{id: number, kind: string, width: number?, height: number?}>} as the server
 *   describes it
 * @throws {Turned | Unreachable | SignedOut}
 */
export async function carry(user, file, content, follow, signal) {
  const address = `${file.to}/${file.key}`;
  const headers = { ...JSON_PLEASE, ...inTheNameOf(user) };
  if (file.tried) {
    const known = await ask(address, { headers, signal });
    const there = known.ok && isFromServer(known) && parsed(known.text);
    if (there?.id) return there;
  }
  const { blob, name } = await content();
  const put = globalThis.XMLHttpRequest ? watched : unwatched;
  const query = new URLSearchParams({ name });
  headers["Content-Type"] = "application/octet-stream";
  const said = await put(`${address}?${query}`, headers, blob, follow, signal);
  const { status } = said;
  const answer = parsed(said.text);
  if (status === 401) {
    tell("signed-out");
    throw new SignedOut(address);
  }
  // What stands between may refuse too, or say yes to everything. Of a file that is too big for it
  // another try would be in vain.
  const isJudged = isFromServer(said) || status === 413;
  if (LATER.has(status) || !isJudged) throw new Unreachable(address);
  if (status < 300 && answer.id) return answer;
  const sentence = answer.errors?.files ?? answer.sentence ?? "The server didn’t take this file.";
  throw new Turned(sentence, FOR_GOOD.has(status));
}

function watched(address, headers, blob, follow, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let timer = 0;
    const watch = (patience) => {
      clearTimeout(timer);
      timer = setTimeout(() => request.abort(), patience);
    };
    request.open("PUT", address);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      watch(STALLED);
      follow(total ? loaded / total : 0);
    });
    request.upload.addEventListener("load", () => watch(DIGESTING));
    request.addEventListener("loadend", () => {
      clearTimeout(timer);
      const whom = request.getResponseHeader(SAID_TO);
      const headers = new Headers(whom ? { [SAID_TO]: whom } : {});
      resolve({ status: request.status, headers, text: request.responseText });
    });
    signal.addEventListener("abort", () => request.abort());
    if (signal.aborted) return reject(new Unreachable(address));
    watch(STALLED);
    request.send(blob);
  });
}

// A service worker has nothing that says how far it is.
function unwatched(address, headers, blob, follow, signal) {
  const either = AbortSignal.any([signal, AbortSignal.timeout(UNWATCHED)]);
  follow(0);
  return ask(address, { method: "PUT", headers, body: blob, signal: either });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
