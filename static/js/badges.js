// Unread numbers: in the navigation, the title, the rows and the channels, and where one was
// mentioned. Always absolute.
import { hear } from "hallway/events";
import { currentLog } from "hallway/messages";
import { isAtEnd } from "hallway/scrolling";

const MOST = 99;
const A_MOMENT = 1_500;
const shortly = (number) => (number > MOST ? `${MOST}+` : String(number));

/** What the server said last; without the numbers of threads until it has said them. */
let known = { unread: Number(document.body.dataset.badge || 0), threads: null };
let timer = 0;

/** Put a number on a count, which disappears at zero. */
function show(count, number, words = "") {
  if (!count || count.dataset.shown === String(number)) return;
  count.dataset.shown = number;
  count.hidden = !number;
  count.textContent = number ? shortly(number) : "";
  if (!number || !words) return;
  const hidden = document.createElement("span");
  hidden.className = "visually-hidden";
  hidden.textContent = ` ${words}`;
  count.append(hidden);
}

/** The thread whose newest messages are being looked at: they do not count up for a moment. */
function threadInView() {
  const log = currentLog();
  const looking = document.visibilityState === "visible" && log?.hasAttribute("data-ready");
  return looking && isAtEnd(log) ? log.dataset.threadId : null;
}

const rowOf = (thread) => document.getElementById(`row-${thread}`);

function showAll() {
  const inView = threadInView();
  const seen = known.threads?.[inView] ?? 0;
  const isCounted = !rowOf(inView)?.querySelector(".count-quiet");
  const unread = Math.max(0, known.unread - (isCounted ? seen : 0));
  showTotal(unread);
  if (!known.threads) return;
  const threads = { ...known.threads, [inView]: 0 };
  const mentioned = new Set((known.mentioned ?? []).map(String));
  mentioned.delete(inView);
  for (const row of document.querySelectorAll("a.thread-row")) {
    const { threadId } = row.dataset;
    showRow(row, threads[threadId] ?? 0, mentioned.has(threadId));
  }
  showOthers(unread - (threads[currentLog()?.dataset.threadId] ?? 0));
  // Reading it takes a moment; if that has not happened by then, it does count.
  clearTimeout(timer);
  if (seen) timer = setTimeout(showAll, A_MOMENT);
}

function showRow(row, number, isMentioned) {
  row.classList.toggle("unread", number > 0);
  row.querySelector("[data-mention]").hidden = !isMentioned;
  show(row.querySelector("[data-count]"), number, "unread");
}

function showTotal(unread) {
  document.body.dataset.badge = unread;
  for (const link of document.querySelectorAll("[data-badge-link]")) {
    const label = link.querySelector(".place-label")?.textContent ?? "Messages";
    link.setAttribute("aria-label", unread ? `${label}, ${unread} unread` : label);
    show(link.querySelector("[data-badge]"), unread);
  }
  const title = document.title.replace(/^\(\d+\+?\) /, "");
  // The icon of the installed app; where there is none, nothing happens.
  (unread ? navigator.setAppBadge?.(unread) : navigator.clearAppBadge?.())?.catch(() => {});
  document.title = unread ? `(${shortly(unread)}) ${title}` : title;
}

// On a phone the way back says how much waits elsewhere.
function showOthers(number) {
  const count = document.querySelector("[data-others-unread]");
  show(count, Math.max(0, number));
  const label = "Back to conversations";
  const name = number > 0 ? `${label}, ${number} unread` : label;
  count?.closest(".thread-back").setAttribute("aria-label", name);
}

/** Bring rows and channels that have just been drawn in line with what is being looked at. */
export function showRows() {
  const row = rowOf(threadInView());
  if (row) showRow(row, 0, false);
  const { totals = "", mentions = "" } = document.getElementById("rows")?.dataset ?? {};
  for (const pair of totals.trim().split(/\s+/)) {
    const [channel, number] = pair.split(":");
    const link = document.querySelector(`.channels [data-channel="${channel}"]`);
    if (!link) continue;
    show(link.querySelector("[data-count]"), Number(number), "unread");
    link.querySelector("[data-mention]").hidden = !mentions.split(" ").includes(channel);
  }
}

hear("badge", (badge) => {
  known = badge;
  showAll();
});
// A swap brings a title, rows and links as the server drew them.
document.addEventListener("htmx:finally:swap", () => showTotal(Number(document.body.dataset.badge)));
document.addEventListener("visibilitychange", showAll);
