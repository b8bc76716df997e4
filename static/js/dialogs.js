// Dialogs: opened by data-opens="#id", or by arriving in #dialog; focus goes back where it was.
import { on } from "hallway/events";

const ARRIVED = "#dialog > dialog";
const openers = new WeakMap();
let lastOpener = null;
/** Where the dialog that arrived last was asked for; nowhere once its form is sent, which may end it. */
let source = "";

/**
 * Open a dialog over the page.
 * @param {HTMLDialogElement} dialog
 * @param {Element|null} [opener] gets the focus back
 */
export function openDialog(dialog, opener = document.activeElement) {
  if (dialog.open) return;
  openers.set(dialog, opener);
  dialog.showModal();
  // By itself the focus would go to the button that closes.
  const field = "input:not([type=hidden]), select, textarea";
  dialog.querySelector(`[autofocus], :is(${field}):not([tabindex="-1"])`)?.focus();
}

/**
 * The dialog that came from the server and is open, and where it was asked for, see `source`.
 * @returns {{dialog: HTMLDialogElement|null, source: string}}
 */
export function arrived() {
  return { dialog: document.querySelector(`${ARRIVED}[open]`), source };
}

function settle(dialog) {
  const opener = openers.get(dialog);
  if (dialog.parentElement?.id === "dialog") dialog.remove();
  if (opener?.isConnected && opener !== document.body) opener.focus();
}

// Neither event bubbles, so they are caught on their way down.
document.addEventListener("close", (event) => {
  if (event.target instanceof HTMLDialogElement) settle(event.target);
}, true);

on("click", "[data-opens]", (button, event) => {
  const dialog = document.querySelector(button.dataset.opens);
  if (!dialog) return;
  event.preventDefault();
  openDialog(dialog, button);
});
on("click", "dialog [data-closes]", (button, event) => {
  event.preventDefault();
  const dialog = button.closest("dialog");
  if (dialog.matches(":modal")) dialog.close();
  // One that stands on a page of its own, as /contacts/new, leads back to what is above it.
  else location.assign(location.pathname.replace(/\/[^/]+$/, "") || "/");
});
// A press on the backdrop counts only where it began: text may be dragged out of a field.
let pressedOn = null;
document.addEventListener("pointerdown", (event) => {
  pressedOn = event.target;
});
on("click", "dialog", (dialog, event) => {
  if (event.target !== dialog || pressedOn !== dialog) return;
  const box = dialog.getBoundingClientRect();
  const inside =
    event.clientX >= box.left && event.clientX <= box.right &&
    event.clientY >= box.top && event.clientY <= box.bottom;
  if (!inside) dialog.close();
});

on("submit", ARRIVED, () => {
  source = "";
});
document.addEventListener("htmx:before:swap", ({ detail }) => {
  const open = arrived().dialog;
  stayOnPage(detail);
  // A form that comes back with its errors is a new dialog; it belongs to the first opener.
  lastOpener = open ? openers.get(open) : document.activeElement;
});
// The form of a dialog on a page of its own comes back to where it was.
function stayOnPage({ ctx, tasks }) {
  const own = ctx.sourceElement?.closest?.("dialog");
  const main = tasks.find((task) => task.type === "main");
  if (!own || own.parentElement.id === "dialog" || main?.target?.id !== "dialog") return;
  main.target = own;
  main.swapSpec.style = "outerHTML";
  main.fragment.querySelector("dialog")?.setAttribute("open", "");
}

document.addEventListener("htmx:after:swap", ({ detail }) => {
  const dialog = document.querySelector(`${ARRIVED}:not([open])`);
  if (!dialog) return;
  const { method, action } = detail.ctx.request ?? {};
  if (method === "GET") source = action;
  openDialog(dialog, lastOpener);
  dialog.querySelector("[aria-invalid=true]")?.focus();
});
