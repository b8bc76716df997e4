// Days stick to the top of the log one over the other; only the last of them is shown.
import { hear } from "hallway/events";
import { whileScrolling } from "hallway/scrolling";

// Those that stick stand at the same height, whatever the padding above; the others do not.
function cover(log) {
  const days = [...log.querySelectorAll(":scope > .day")];
  const tops = days.map((day) => Math.round(day.getBoundingClientRect().top));
  const shown = tops.lastIndexOf(tops[0]);
  days.forEach((day, n) => day.classList.toggle("covered", n < shown));
}

hear("opened", ({ log }) => {
  cover(log);
  whileScrolling(log, cover);
});
