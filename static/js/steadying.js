// A log keeps its place when images and typefaces load, a keyboard opens, a window is turned.
import { hear } from "hallway/events";
import { currentLog } from "hallway/messages";
import { remember, restore, whileScrolling } from "hallway/scrolling";

const sizes = new ResizeObserver(([{ target }]) => restore(target));

hear("opened", ({ log }) => {
  remember(log);
  sizes.observe(log);
  log.addEventListener("load", () => restore(log), true);
  whileScrolling(log, remember);
});
hear("left", ({ log }) => sizes.unobserve(log));
document.fonts.addEventListener("loadingdone", () => {
  if (currentLog()) restore(currentLog());
});
