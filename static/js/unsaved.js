// A picture that is not on the device stands empty while there is no signal, and comes with it.
import { hear } from "hallway/events";

const SIZE = "1.75rem";

/** The cloud that stands in its place; the strip on top has the same. */
function cloud() {
  const icon = document.querySelector("#connection .icon").cloneNode(true);
  for (const side of ["width", "height"]) icon.setAttribute(side, SIZE);
  icon.removeAttribute("hidden");
  return icon;
}

document.addEventListener("error", ({ target }) => {
  if (!target.matches?.(".photo > img")) return;
  const photo = target.parentElement;
  if (!photo.querySelector(".icon")) photo.append(cloud());
}, true);
document.addEventListener("load", ({ target }) => {
  if (target.matches?.(".photo > img")) target.parentElement.querySelector(".icon")?.remove();
}, true);
hear("connected", () => {
  for (const image of document.querySelectorAll(".photo:has(> .icon) > img")) {
    image.src = image.getAttribute("src");
  }
});
