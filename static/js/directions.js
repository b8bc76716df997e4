// The way to a place, in the program that shows maps: Apple's devices know them by another name.
import { on } from "hallway/events";

on("click", "a[data-directions]", (link, event) => {
  if (!/^(iPhone|iPad|iPod|Mac)/.test(navigator.platform)) return;
  event.preventDefault();
  location.assign(link.href.replace("geo:0,0", "maps:"));
});
