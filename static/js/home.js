// Home follows what happens: its sentence and its unread conversations.
import { hear } from "hallway/events";
import { ask, quietly } from "hallway/requests";

const PAUSE = 400;
let timer = 0;

async function refresh() {
  const page = document.querySelector("main.page:has(> .home)");
  if (!page) return;
  const { ok, text } = await ask("/");
  if (!ok || !page.isConnected) return;
  const swap = "outerMorph ignoreTitle:true";
  await window.htmx.swap({ text, select: "#content", target: page, swap, sourceElement: page });
}

for (const name of ["threads", "badge", "requests", "stale"]) {
  hear(name, () => {
    clearTimeout(timer);
    timer = setTimeout(() => quietly(refresh), PAUSE);
  });
}
