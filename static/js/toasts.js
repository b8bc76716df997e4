// Notices that go by themselves, but never while somebody points at them or reads them.
import { part } from "hallway/parts";

const LASTS = 5_000;

let failed = false;

/**
 * Show a sentence for a few seconds.
 * @param {string} sentence
 * @param {{failed?: boolean}} [how]
 */
export function toast(sentence, how = {}) {
  const notice = part(how.failed ? "toast-failed" : "toast");
  notice.querySelector("p").textContent = sentence;
  document.getElementById("toasts").append(notice);
  letGo(notice);
}

function letGo(notice) {
  const held = () => notice.matches(":hover, :focus-within");
  const leave = () => {
    if (held()) setTimeout(leave, 1_000);
    else notice.remove();
  };
  setTimeout(leave, LASTS);
}

document.addEventListener("htmx:after:request", ({ detail }) => {
  failed = detail.ctx?.response?.status >= 400;
});
// HX-Trigger: {"toast": "Saved."} reaches the page as an event of this name.
document.addEventListener("toast", ({ detail }) => {
  toast(detail.value ?? String(detail), { failed });
});
for (const notice of document.querySelectorAll("#toasts > .toast")) letGo(notice);
