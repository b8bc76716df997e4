// The one way to the server for scripts. htmx makes its own requests.
import { tell } from "hallway/events";

const PATIENCE = 30_000;
const NOBODY_THERE = new Set([502, 503, 504]);

/** The server did not answer; the same request may go through later. */
export class Unreachable extends Error {}

/** The session is over, or somebody else's; the page is on its way to the sign-in form. */
export class SignedOut extends Error {}

/** The header of every answer of the server to somebody: to whom. */
export const SAID_TO = "X-Hallway-User";

/**
 * Whether the server itself has answered, and nothing that stands between.
 * @param {{headers: Headers}} answer
 */
export const isFromServer = ({ headers }) => headers.has(SAID_TO);

/**
 * @typedef {{status: number, ok: boolean, headers: Headers, text: string}} Answer
 */

/**
 * In whose name this page asks: another person may have signed in on this device meanwhile, and
 * the server must not take what is asked here for theirs.
 * @param {string} [user] a worker has no page to know it by
 * @returns {Record<string, string>}
 */
export function inTheNameOf(user = globalThis.document?.body.dataset.userId) {
  return user ? { "X-Hallway-As": user } : {};
}

/**
 * Ask the server and wait for the whole answer: a connection can also break in the middle of it.
 * @param {string} address
 * @param {RequestInit} [options]
 * @returns {Promise<Answer>} any answer but 401 and those of a proxy without a server behind it
 * @throws {Unreachable | SignedOut}
 */
export async function ask(address, options = {}) {
  const headers = { ...inTheNameOf(), ...options.headers };
  let answer;
  try {
    const response = await fetch(address, {
      // What is asked for here must be fresh, whatever the device has saved.
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
      ...options,
      headers,
    });
    const { status, ok, headers: said } = response;
    answer = { status, ok, headers: said, text: await response.text() };
  } catch {
    throw new Unreachable(address);
  }
  if (answer.status === 401) {
    tell("signed-out");
    throw new SignedOut(address);
  }
  if (NOBODY_THERE.has(answer.status)) throw new Unreachable(address);
  return answer;
}

/**
 * Run something that asks; when the server cannot be reached nothing happens: every caller is
 * asked again when the connection is back.
 * @param {() => Promise<void>} act
 */
export async function quietly(act) {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Unreachable || error instanceof SignedOut)) throw error;
  }
}
