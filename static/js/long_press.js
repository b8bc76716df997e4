// A long press on a touch screen; what the browser itself would do then is kept from happening.
import { on } from "hallway/events";

const LONG = 500;
const STILL = 10;
/** @type {{selector: string, open: (element: Element, lifted: Promise<void>) => void}[]} */
const presses = [];
let press = null;
let swallow = false;

/**
 * Act when an element is pressed for long. The finger is lifted later: then its click, which must
 * not reach what lies under it, has been swallowed.
 * @param {string} selector
 * @param {(element: Element, lifted: Promise<void>) => void} open
 */
export function onLongPress(selector, open) {
  presses.push({ selector, open });
  on("contextmenu", selector, (element, event) => {
    if (press || swallow) event.preventDefault();
    if (press) pressed(element, open);
  });
}

function letGo() {
  clearTimeout(press?.timer);
  press = null;
}

function pressed(element, open) {
  letGo();
  swallow = true;
  // Seen under the finger: it was long enough.
  element.dataset.held = "";
  const lifted = new Promise((resolve) => {
    const after = () => setTimeout(resolve);
    for (const type of ["pointerup", "pointercancel"]) addEventListener(type, after, { once: true });
  });
  lifted.then(() => delete element.dataset.held);
  open(element, lifted);
}

document.addEventListener("pointerdown", (event) => {
  letGo();
  swallow = false;
  if (event.pointerType !== "touch" || !event.isPrimary) return;
  for (const { selector, open } of presses) {
    const element = event.target.closest(selector);
    if (!element) continue;
    const { clientX: x, clientY: y } = event;
    press = { x, y, timer: setTimeout(() => pressed(element, open), LONG) };
    return;
  }
}, true);
document.addEventListener("pointermove", ({ clientX, clientY }) => {
  if (press && Math.hypot(clientX - press.x, clientY - press.y) > STILL) letGo();
});
for (const type of ["pointerup", "pointercancel"]) document.addEventListener(type, letGo);
document.addEventListener("scroll", letGo, { capture: true, passive: true });
// After a touch browsers make up a mouse; pressed elsewhere, it would close a menu again.
document.addEventListener("touchend", (event) => {
  if (!swallow || !event.cancelable) return;
  event.preventDefault();
  swallow = false;
}, { passive: false });
document.addEventListener("click", (event) => {
  if (!swallow) return;
  swallow = false;
  event.preventDefault();
  event.stopPropagation();
}, true);
