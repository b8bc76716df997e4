// Menus: the arrow keys walk through them, and a click elsewhere closes what details opened.
import { on } from "hallway/events";

const ITEMS = "a[href], button:not([disabled]), input:not([disabled])";
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

const itemsOf = (menu) =>
  [...menu.querySelectorAll(ITEMS)].filter((item) => item.getClientRects().length > 0);

on("keydown", ".menu", (menu, event) => {
  const items = itemsOf(menu);
  const at = items.indexOf(document.activeElement);
  // The arrows belong to a group of radio buttons while it has the focus.
  if (document.activeElement?.matches("input[type=radio]") && event.key in STEPS) return;
  let next;
  if (event.key in STEPS) next = items.at((at + STEPS[event.key] + items.length) % items.length);
  else if (event.key === "Home") next = items[0];
  else if (event.key === "End") next = items.at(-1);
  if (!next) return;
  event.preventDefault();
  next.focus();
});

document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!(menu instanceof HTMLElement) || !menu.matches(".menu[popover]")) return;
  if (event.newState === "open") itemsOf(menu)[0]?.focus({ preventScroll: true });
}, true);

/**
 * Show a menu below what opens it, or above where there is more room. On phones it is a sheet.
 * @param {HTMLElement} menu a popover
 * @param {Element} opener gets the focus back
 */
export function openAt(menu, opener) {
  place(menu, opener);
  menu.showPopover({ source: opener });
}

function place(menu, opener) {
  const { top, bottom, right } = opener.getBoundingClientRect();
  const above = bottom > innerHeight * 0.6;
  menu.classList.toggle("menu-above", above);
  menu.style.setProperty("--menu-block", `${above ? innerHeight - top : bottom}px`);
  menu.style.setProperty("--menu-right", `${innerWidth - right}px`);
}

document.addEventListener("beforetoggle", (event) => {
  const menu = event.target;
  if (event.newState !== "open" || !menu.matches?.(".thread-menu")) return;
  const opener = document.querySelector(`[popovertarget="${menu.id}"]`);
  if (opener) place(menu, opener);
}, true);
// A link of a menu opens something else.
on("click", ".menu[popover] a.menu-item", (link) => link.closest("[popover]").hidePopover());

function closeOthers(inside) {
  for (const menu of document.querySelectorAll("details.row-menu[open]")) {
    if (!menu.contains(inside)) menu.open = false;
  }
}

document.addEventListener("click", (event) => closeOthers(event.target));
document.addEventListener("focusin", (event) => closeOthers(event.target));
on("keydown", "details.row-menu[open]", (menu, event) => {
  if (event.key !== "Escape") return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
