// Unread numbers: in the navigation, the title, the rows and the channels. Always absolute.
import { hear } from "hallway/events";

const MOST = 99;
const shortly = (number) => (number > MOST ? `${MOST}+` : String(number));

let unread = Number(document.body.dataset.badge || 0);

/** Put a number on a count, which disappears at zero. */
function show(count, number, words = "") {
  if (count.dataset.shown === String(number)) return;
  count.dataset.shown = number;
  count.hidden = !number;
  count.textContent = number ? shortly(number) : "";
  if (!number || !words) return;
  const hidden = document.createElement("span");
  hidden.className = "visually-hidden";
  hidden.textContent = ` ${words}`;
  count.append(hidden);
}

function showTotal() {
  document.body.dataset.badge = unread;
  for (const link of document.querySelectorAll("[data-badge-link]")) {
    const label = link.querySelector(".place-label")?.textContent ?? "Messages";
    link.setAttribute("aria-label", unread ? `${label}, ${unread} unread` : label);
    show(link.querySelector("[data-badge]"), unread);
  }
  const title = document.title.replace(/^\(\d+\+?\) /, "");
  document.title = unread ? `(${shortly(unread)}) ${title}` : title;
}

function showThreads(threads) {
  for (const row of document.querySelectorAll("a.thread-row")) {
    const number = threads[row.dataset.threadId] ?? 0;
    row.classList.toggle("unread", number > 0);
    show(row.querySelector("[data-count]"), number, "unread");
  }
  showOthers(threads);
}

// On a phone the way back says how much waits elsewhere.
function showOthers(threads) {
  const count = document.querySelector("[data-others-unread]");
  if (!count) return;
  const open = document.getElementById("log")?.dataset.threadId;
  const others = Math.max(0, unread - (threads[open] ?? 0));
  show(count, others);
  const back = count.closest(".thread-back");
  const label = "Back to conversations";
  back.setAttribute("aria-label", others ? `${label}, ${others} unread` : label);
}

/** Bring the channels' numbers in line with those the list was drawn with. */
export function showChannels() {
  const totals = document.getElementById("rows")?.dataset.totals;
  if (!totals) return;
  for (const pair of totals.trim().split(/\s+/)) {
    const [channel, number] = pair.split(":");
    const count = document.querySelector(`.channels [data-channel="${channel}"] [data-count]`);
    if (count) show(count, Number(number), "unread");
  }
}

hear("badge", (badge) => {
  unread = badge.unread;
  showTotal();
  showThreads(badge.threads);
});
// A swap brings a title, and rows and links as the server drew them.
document.addEventListener("htmx:finally:swap", showTotal);
