// A log keeps its place when images and typefaces load, a keyboard opens, a window is turned.
import { hear } from "hallway/events";
import { currentLog } from "hallway/messages";
import { remember, restore } from "hallway/scrolling";

const sizes = new ResizeObserver(([{ target }]) => restore(target));
let waiting = false;

hear("opened", ({ log }) => {
  remember(log);
  sizes.observe(log);
  log.addEventListener("load", () => restore(log), true);
  log.addEventListener(
    "scroll",
    () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        if (log.isConnected) remember(log);
      });
    },
    { passive: true },
  );
});
hear("left", ({ log }) => sizes.unobserve(log));
document.fonts.addEventListener("loadingdone", () => {
  if (currentLog()) restore(currentLog());
});
