// What is brought when what it is for is in sight.
import { hear } from "hallway/events";

const isInSight = (selector) =>
  [...document.querySelectorAll(selector)].some((element) => element.checkVisibility());

/**
 * Act whenever something is in sight, as soon as it is; more than once.
 * @param {Record<string, () => Promise<unknown>>} table what to bring by a selector
 */
export function whenInSight(table) {
  const look = () => {
    for (const [selector, bring] of Object.entries(table)) {
      // What does not come now is brought at the next look.
      if (isInSight(selector)) bring().catch(() => {});
    }
  };
  for (const type of ["htmx:after:swap", "focusin"]) document.addEventListener(type, look);
  for (const name of ["swapped", "exchanged"]) hear(name, look);
  matchMedia("(width < 45em)").addEventListener("change", look);
  // Not before the page is laid out for the first time: to ask would do that now, for nothing.
  setTimeout(look);
}
