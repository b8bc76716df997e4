// The list of conversations follows what happens, without losing focus or scroll position.
import { showRows } from "hallway/badges";
import { hear, tell } from "hallway/events";
import { currentLog } from "hallway/messages";
import { ask, quietly } from "hallway/requests";

const PAUSE = 150;
let timer = 0;
let running = false;
let wanted = false;

function refreshSoon() {
  clearTimeout(timer);
  timer = setTimeout(refresh, PAUSE);
}

async function refresh() {
  wanted = true;
  if (running) return;
  running = true;
  while (wanted) {
    wanted = false;
    await quietly(fetchRows);
  }
  running = false;
}

async function fetchRows() {
  const list = document.getElementById("rows");
  if (!list) return;
  const { channel } = list.dataset;
  const query = new URLSearchParams({ channel, limit: list.querySelectorAll(".thread-row").length });
  const filter = "unreadOnly" in list.dataset;
  if (filter) query.set("unread", 1);
  const open = currentLog()?.dataset.threadId;
  if (filter && open) query.set("open", open);
  const answer = await ask(`/messages/rows?${query}`, { headers: { "HX-Request": "true" } });
  // A channel that is gone, of which only this device knew still.
  if (answer.status === 404) return tell("access");
  if (!answer.ok) return;
  const { text } = answer;
  const now = document.getElementById("rows");
  // Another channel may have been chosen meanwhile.
  if (now?.dataset.channel !== channel || "unreadOnly" in now.dataset !== filter) return;
  const focused = now.contains(document.activeElement) ? document.activeElement.id : "";
  const rows = now.querySelector(".rows");
  const top = rows?.scrollTop;
  await window.htmx.swap({ text, target: now, swap: "outerMorph", sourceElement: now });
  const kept = document.querySelector("#rows .rows");
  if (kept && top !== undefined) kept.scrollTop = top;
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
}

/** Mark the row of the conversation on screen, and what only this device knows about rows. */
function dressRows() {
  // First what asks where the page stands: afterwards it would be laid out anew for that.
  showRows();
  const open = document.querySelector(".thread")?.dataset.threadId;
  for (const row of document.querySelectorAll("#rows .thread-row")) {
    if (row.dataset.threadId === open) row.setAttribute("aria-current", "page");
    else row.removeAttribute("aria-current");
  }
  tell("rows");
}

for (const name of ["threads", "badge", "stale"]) hear(name, refreshSoon);
hear("outbox", ({ state }) => {
  if (state === "sent") refreshSoon();
});
for (const name of ["opened", "left"]) {
  hear(name, () => {
    dressRows();
    // Among the unread, what is read stays only as long as it is open.
    if (document.querySelector("#rows[data-unread-only]")) refreshSoon();
  });
}
document.addEventListener("htmx:after:swap", () => {
  dressRows();
  if (document.querySelector("#rows[data-saved]")) refreshSoon();
});
