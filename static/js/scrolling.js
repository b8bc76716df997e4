// Nothing that happens to a log moves what is being read.

const CLOSE = 24;

/** Which messages stood where, and whether the reader was at the end. */
let place = { log: null, atEnd: true, tops: [] };
let depth = 0;

/**
 * How far the reader is from the end of what the log holds, in px.
 * @param {HTMLElement} log
 */
export const distanceToEnd = (log) => log.scrollHeight - log.clientHeight - log.scrollTop;

/**
 * Whether the newest message is on screen.
 * @param {HTMLElement} log
 */
export const isAtEnd = (log) => !log.hasAttribute("data-newer") && distanceToEnd(log) <= CLOSE;

/**
 * Change a log and keep what is read where it is; at the end, stay at the end.
 * @param {HTMLElement} log
 * @param {() => void} change
 */
export function holding(log, change) {
  if (!depth) remember(log);
  depth++;
  try {
    change();
  } finally {
    depth--;
  }
  if (!depth) restore(log);
}

/**
 * Go to the end.
 * @param {HTMLElement} log
 */
export function toEnd(log) {
  log.scrollTop = log.scrollHeight;
  remember(log);
}

/**
 * Bring an element to the middle, or to the start.
 * @param {HTMLElement} log
 * @param {Element} element
 * @param {"center"|"start"} block
 */
export function toElement(log, element, block) {
  const gap = block === "center" ? (log.clientHeight - element.clientHeight) / 2 : 48;
  log.scrollTop += topIn(log, element) - Math.max(gap, 0);
  remember(log);
}

const topIn = (log, element) =>
  element.getBoundingClientRect().top - log.getBoundingClientRect().top;

/**
 * Note what stands where now.
 * @param {HTMLElement} log
 */
export function remember(log) {
  if (!log.hasAttribute("data-ready")) return;
  place = { log, atEnd: isAtEnd(log), tops: visible(log) };
}

// All that is visible, because the first of them may be the one that is taken away.
function visible(log) {
  const messages = log.querySelectorAll(":scope > .message");
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (topIn(log, messages[middle]) + messages[middle].offsetHeight <= 0) low = middle + 1;
    else high = middle;
  }
  const seen = [];
  for (; low < messages.length; low++) {
    const top = topIn(log, messages[low]);
    if (top >= log.clientHeight) break;
    seen.push({ element: messages[low], id: messages[low].id, top });
  }
  return seen;
}

/**
 * Bring a log back to how it was noted last.
 * @param {HTMLElement} log
 */
export function restore(log) {
  if (place.log !== log || !log.hasAttribute("data-ready")) return;
  if (place.atEnd) {
    log.scrollTop = log.scrollHeight;
    return;
  }
  for (const { element, id, top } of place.tops) {
    const now = element.isConnected ? element : id && document.getElementById(id);
    if (!now) continue;
    log.scrollTop += topIn(log, now) - top;
    return;
  }
}

/**
 * Do something with a log while it is scrolled, once for every frame drawn.
 * @param {HTMLElement} log
 * @param {(log: HTMLElement) => void} act
 */
export function whileScrolling(log, act) {
  let waiting = false;
  const draw = () => {
    waiting = false;
    if (log.isConnected) act(log);
  };
  const note = () => {
    if (!waiting) requestAnimationFrame(draw);
    waiting = true;
  };
  log.addEventListener("scroll", note, { passive: true });
}
