// The menu of a row of the list: by its ⋯ button, or by a long press on a touch screen.
import { on } from "hallway/events";
import { onLongPress } from "hallway/long_press";
import { openAt } from "hallway/menus";
import { ask, quietly } from "hallway/requests";

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
onLongPress("#rows .thread-row", (row, lifted) => quietly(() => open(row, lifted)));
