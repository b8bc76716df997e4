// Notices that go by themselves, but never while somebody points at them or reads them.
import { part } from "hallway/parts";

const LASTS = 5_000;

let failed = false;

/**
 * Show a sentence for a few seconds.
 * @param {string} sentence
 * @param {{failed?: boolean, act?: {label: string, run?: () => void, href?: string}}} [how] `act` is
 *   a button beside it that runs something, or a link
 */
export function toast(sentence, how = {}) {
  const notice = part(how.failed ? "toast-failed" : "toast");
  notice.querySelector("p").textContent = sentence;
  if (how.act) notice.append(button(how.act, notice));
  // Several may find out the same thing: it is said once.
  const shown = document.getElementById("toasts");
  for (const same of [...shown.children]) {
    if (same.querySelector("p")?.textContent === sentence) same.remove();
  }
  shown.append(notice);
  letGo(notice);
}

function button({ label, run, href }, notice) {
  const made = document.createElement(href ? "a" : "button");
  made.textContent = label;
  if (href) made.href = href;
  else made.type = "button";
  made.addEventListener("click", () => {
    notice.remove();
    run?.();
  });
  return made;
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
