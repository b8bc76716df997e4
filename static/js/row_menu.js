// The menu of a row of the list: by its ⋯ button, or by a long press on a touch screen.
import { on } from "hallway/events";
import { openAt } from "hallway/menus";
import { ask, quietly } from "hallway/requests";

const LONG = 500;
const STILL = 10;
let press = null;
let swallow = false;

/** Fetch the menu of a row, and show it beside what opened it as soon as `ready`. */
async function open(opener, ready) {
  const { threadId } = opener.dataset;
  const answer = await ask(`/threads/${threadId}/menu`, { headers: { "HX-Request": "true" } });
  await ready;
  const menu = document.getElementById("row-menu");
  if (!answer.ok || !menu || !opener.isConnected) return;
  const drawn = new DOMParser().parseFromString(answer.text, "text/html");
  menu.replaceChildren(...drawn.body.childNodes);
  window.htmx.process(menu);
  openAt(menu, opener);
}

on("click", "a.row-more", (link, event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  quietly(() => open(link));
});

function letGo() {
  clearTimeout(press?.timer);
  press = null;
}

function pressed(row) {
  letGo();
  // Lifting the finger must not open the conversation, nor close what it has just opened.
  swallow = true;
  const lifted = new Promise((resolve) => {
    const after = () => setTimeout(resolve);
    for (const type of ["pointerup", "pointercancel"]) addEventListener(type, after, { once: true });
  });
  quietly(() => open(row, lifted));
}

document.addEventListener("pointerdown", (event) => {
  letGo();
  swallow = false;
  const row = event.target.closest("#rows .thread-row");
  if (!row || event.pointerType !== "touch" || !event.isPrimary) return;
  const { clientX: x, clientY: y } = event;
  press = { x, y, timer: setTimeout(() => pressed(row), LONG) };
}, true);
document.addEventListener("pointermove", ({ clientX, clientY }) => {
  if (press && Math.hypot(clientX - press.x, clientY - press.y) > STILL) letGo();
});
for (const type of ["pointerup", "pointercancel"]) document.addEventListener(type, letGo);
document.addEventListener("scroll", letGo, { capture: true, passive: true });
// What the browser itself would offer for a long press on a link.
on("contextmenu", "#rows .thread-row", (row, event) => {
  if (press || swallow) event.preventDefault();
  if (press) pressed(row);
});
// After a touch browsers make up a mouse; pressed elsewhere, it would close the menu again.
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
