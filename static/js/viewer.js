// Pictures and films over the whole window: arrows, download, back to where they were opened.
import { openDialog } from "hallway/dialogs";
import { hear, on } from "hallway/events";
import { part } from "hallway/parts";

let items = [];
let at = 0;
/** The dialog, once somebody opened a picture. */
let viewer = null;

const $ = (selector) => viewer.querySelector(selector);
const nameOf = (link) => decodeURIComponent(new URL(link.href).pathname.split("/").pop());

function open(link) {
  if (!viewer?.isConnected) document.body.append((viewer = part("viewer")));
  const around = link.closest("#log, .gallery, .thumbs") ?? link.parentElement;
  // The same file may stand in the log and in the pane.
  items = [...around.querySelectorAll("a[data-view]")];
  show(items.indexOf(link));
  openDialog(viewer, link);
}

function show(index) {
  at = index;
  const link = items[at];
  const words = link.querySelector("img")?.alt || nameOf(link);
  $(".viewer-name").textContent = items.length > 1 ? `${words} · ${at + 1} of ${items.length}` : words;
  $("[data-download]").href = link.href;
  $("[data-download]").download = nameOf(link);
  $("[data-previous]").disabled = at === 0;
  $("[data-next]").disabled = at === items.length - 1;
  $(".viewer-stage").replaceChildren(link.dataset.view === "video" ? film(link) : picture(link, words));
}

function film(link) {
  const video = document.createElement("video");
  Object.assign(video, { controls: true, autoplay: true, playsInline: true, src: link.href });
  return video;
}

// The small picture is there already and stands until the large one is.
function picture(link, words) {
  const image = new Image();
  image.alt = words;
  image.src = link.querySelector("img")?.currentSrc || link.href;
  const large = new Image();
  large.src = link.href;
  large.decode().then(
    () => image.replaceWith(Object.assign(large, { alt: words })),
    () => image.isConnected && image.replaceWith(part("viewer-failed")),
  );
  return image;
}

// The element fills the stage; the picture in it does not.
function isBeside({ target: image, clientX, clientY }) {
  if (!(image instanceof HTMLImageElement)) return false;
  const { left, top, width, height } = image.getBoundingClientRect();
  const { naturalWidth: across, naturalHeight: down } = image;
  const scale = Math.min(width / across, height / down, 1);
  const far = (place, start, room, size) => Math.abs(place - start - room / 2) > (size * scale) / 2;
  return far(clientX, left, width, across) || far(clientY, top, height, down);
}

function step(by) {
  const next = at + by;
  if (next < 0 || next >= items.length) return;
  show(next);
  // A button that goes off must not take the focus with it.
  if (document.activeElement === document.body || document.activeElement?.disabled) $("[data-closes]").focus();
}

on("click", "a[data-view]", (link, event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open(link);
});
on("click", ".viewer [data-previous]", () => step(-1));
on("click", ".viewer [data-next]", () => step(1));
on("click", ".viewer-stage", (stage, event) => {
  if (event.target === stage || isBeside(event)) viewer.close();
});
on("keydown", ".viewer", (_viewer, event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.matches("video")) return;
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!by) return;
  event.preventDefault();
  step(by);
});
// A film must not play on behind the page, and nothing of it is left where it was taken away.
document.addEventListener("close", (event) => {
  if (event.target === viewer) viewer.remove();
}, true);
hear("close", () => viewer?.close());
