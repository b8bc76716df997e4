// A bubble of several lines is as wide as the longest of them, which a stylesheet cannot say.
// The lines break where they broke before, so nothing moves.
import { hear } from "hallway/events";

const range = document.createRange();
let fitted = null;
let width = 0;

function widthOf(bubble) {
  range.selectNodeContents(bubble);
  const lines = [...range.getClientRects()].filter((line) => line.width);
  if (!lines.length || lines.at(-1).bottom - lines[0].top < 1.5 * lines[0].height) return "";
  const left = Math.min(...lines.map((line) => line.left));
  const right = Math.max(...lines.map((line) => line.right));
  const style = getComputedStyle(bubble);
  const around = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
  // One more, because widths of text are fractions.
  return `${Math.ceil(right - left + around) + 1}px`;
}

/** Measure all before changing any, so that the page is laid out twice and not for each. */
function fit(bubbles) {
  for (const bubble of bubbles) bubble.style.inlineSize = "";
  const widths = bubbles.map(widthOf);
  bubbles.forEach((bubble, n) => {
    bubble.style.inlineSize = widths[n];
  });
}

const bubblesIn = (element) => [...element.querySelectorAll(".bubble")];

const arrivals = new MutationObserver((records) => {
  const added = records.flatMap((record) => [...record.addedNodes]);
  fit(added.flatMap((node) => (node instanceof Element ? bubblesIn(node) : [])));
});
const sizes = new ResizeObserver(([{ contentRect }]) => {
  const before = width;
  width = contentRect.width;
  // At first it only says how wide the log is in which they were measured.
  if (before && before !== width && fitted) fit(bubblesIn(fitted));
});

hear("opened", ({ log }) => {
  fitted = log;
  width = 0;
  // Before anything is drawn, or they would be seen to move.
  fit(bubblesIn(log));
  arrivals.observe(log, { childList: true });
  sizes.observe(log);
});
hear("left", ({ log }) => {
  fitted = null;
  arrivals.disconnect();
  sizes.unobserve(log);
});
document.fonts.addEventListener("loadingdone", () => {
  if (fitted) fit(bubblesIn(fitted));
});
