// What shows maintenance requests follows what happens to them: the list, the page of one, and the
// number of open ones in the navigation.
import { hear } from "hallway/events";
import { ask, quietly } from "hallway/requests";

const PAUSE = 300;
const BUSY = 1_000;
const MOST = 99;
const LIST = ["#requests-tabs", "#requests-filters", "#request-list"];
let timer = 0;

/** The parts of this page that show requests, if any of these is among them. */
function shown(ids) {
  const page = document.querySelector(".request-page");
  if (!page) return document.getElementById("request-list") ? LIST : [];
  return !ids.length || ids.includes(Number(page.dataset.request)) ? [".request-page"] : [];
}

// Nothing is drawn anew under a menu that is open.
const isBusy = (parts) =>
  parts.some((part) => document.querySelector(`${part} :is(details[open], :popover-open)`));

async function refresh(parts) {
  const here = location.pathname + location.search;
  const { ok, status, text } = await ask(here);
  if (here !== location.pathname + location.search) return;
  // Taken back, and with it everything on this page.
  if (status === 404) return location.reload();
  if (ok) for (const part of parts) await bring(part, text);
}

async function bring(select, text) {
  const target = document.querySelector(select);
  if (!target) return;
  const swap = "outerMorph ignoreTitle:true";
  await window.htmx.swap({ text, select, target, swap, sourceElement: target });
}

async function count() {
  if (!document.querySelector("[data-open-link]")) return;
  const answer = await ask("/maintenance/open");
  if (answer.ok) show(JSON.parse(answer.text).open);
}

function show(open) {
  for (const link of document.querySelectorAll("[data-open-link]")) {
    const label = link.querySelector(".place-label").textContent;
    link.setAttribute("aria-label", open ? `${label}, ${open} open` : label);
    const number = link.querySelector("[data-open]");
    number.hidden = !open;
    number.textContent = open > MOST ? `${MOST}+` : open;
  }
}

function soon(ids, after = PAUSE) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const parts = shown(ids);
    if (isBusy(parts)) return soon(ids, BUSY);
    quietly(count);
    if (parts.length) quietly(() => refresh(parts));
  }, after);
}

hear("requests", ({ request_ids }) => soon(request_ids));
hear("stale", () => soon([]));
// What is written about requests moves them in the list.
hear("threads", () => {
  if (document.getElementById("request-list")) soon([]);
});
