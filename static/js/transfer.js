// One file goes to the server: asked for first when it was tried before, watched on its way.
import { tell } from "hallway/events";
import { ask, SignedOut, Unreachable } from "hallway/requests";

// A line that carries nothing for so long is taken for broken.
const STALLED = 30_000;
// A large photo is drawn anew before the server answers.
const DIGESTING = 120_000;
const LATER = new Set([0, 408, 429, 502, 503, 504]);

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
 * @param {{thread: number, key: string, name: string, tried?: boolean}} upload
 * @param {() => Promise<Blob>} content asked for only when it must travel
 * @param {(part: number) => void} follow how much has gone, from 0 to 1
 * @param {AbortSignal} signal
 * @returns {Promise<{id: number, width: number?, height: number?}>} as the server describes it
 * @throws {Turned | Unreachable | SignedOut}
 */
export async function carry(upload, content, follow, signal) {
  const address = `/threads/${upload.thread}/uploads/${upload.key}`;
  if (upload.tried) {
    const answer = await ask(address, { headers: { Accept: "application/json" }, signal });
    if (answer.ok) return JSON.parse(answer.text);
  }
  const query = new URLSearchParams({ name: upload.name });
  return put(`${address}?${query}`, await content(), follow, signal);
}

function put(address, blob, follow, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let timer = 0;
    const watch = (patience) => {
      clearTimeout(timer);
      timer = setTimeout(() => request.abort(), patience);
    };
    request.open("PUT", address);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      watch(STALLED);
      follow(total ? loaded / total : 0);
    });
    request.upload.addEventListener("load", () => watch(DIGESTING));
    request.addEventListener("loadend", () => {
      clearTimeout(timer);
      settle(request, resolve, reject);
    });
    signal.addEventListener("abort", () => request.abort());
    if (signal.aborted) return reject(new Unreachable(address));
    watch(STALLED);
    request.send(blob);
  });
}

function settle(request, resolve, reject) {
  const { status } = request;
  const answer = parsed(request.responseText);
  if (status === 401) {
    tell("signed-out");
    return reject(new SignedOut(request.responseURL));
  }
  if (LATER.has(status)) return reject(new Unreachable(request.responseURL));
  if (status < 300 && answer.id) return resolve(answer);
  const sentence = answer.errors?.files ?? answer.sentence ?? "The server didn’t take this file.";
  reject(new Turned(sentence, status === 413 || status === 422));
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
