// Trying again by itself, after longer and longer pauses.

/** In ms; the last one goes on. */
const PAUSES = [3_000, 5_000, 10_000, 20_000, 30_000];

/**
 * A way to try something again.
 * @param {() => void} act
 * @returns {{later: (seconds?: number) => void, afresh: () => void}} later: act after a pause, of so
 *   many seconds at least, unless that is planned already; afresh: the next pause is a short one
 */
export function trying(act) {
  let tries = 0;
  let timer = 0;
  return {
    later(seconds = 0) {
      const pause = PAUSES[Math.min(tries, PAUSES.length - 1)];
      timer ||= setTimeout(() => {
        timer = 0;
        tries++;
        act();
      }, Math.max(pause, seconds * 1_000));
    },
    afresh() {
      tries = 0;
    },
  };
}
