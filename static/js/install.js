// Putting Hallway on the home screen: a card over the list on phones, an entry in the menu elsewhere.
import { hear, on } from "hallway/events";
import { lateParts, part } from "hallway/parts";

const KEY = "hallway-install";
const COMES_BACK = 14 * 86_400_000;
const MOST = 3;
const touch = matchMedia("(pointer: coarse)");

/** What the browser offers; it asks its reader once for each offer. */
let offer = null;

const isInstalled = () =>
  navigator.standalone === true || matchMedia("(display-mode: standalone)").matches;

// An iPad says that it is a Mac; no Mac has a screen to touch.
function isApple() {
  const { userAgent, maxTouchPoints } = navigator;
  return /iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1);
}

/** How it can be installed here: by the browser, by its reader's own hand, or not at all. */
function way() {
  if (isInstalled()) return null;
  return offer ? "prompt" : isApple() ? "ios" : null;
}

function refusals() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? { times: 0, at: 0 };
  } catch {
    // Where nothing is kept the card would come back with every page.
    return { times: MOST, at: 0 };
  }
}

function refuse() {
  const { times } = refusals();
  try {
    localStorage.setItem(KEY, JSON.stringify({ times: times + 1, at: Date.now() }));
  } catch {
    // Then it is gone for as long as this page is open.
  }
  show();
}

function isWelcome() {
  const { times, at } = refusals();
  return times < MOST && Date.now() - at > COMES_BACK;
}

function show() {
  for (const entry of document.querySelectorAll("[data-install-entry]")) entry.hidden = way() !== "prompt";
  if (isWanted()) showCard().catch(() => {});
  else document.getElementById("install")?.remove();
}

const isWanted = () => Boolean(way()) && touch.matches && isWelcome();

async function showCard() {
  if (!document.getElementById("rows")?.checkVisibility()) return;
  await lateParts();
  if (!isWanted()) return;
  if (!document.getElementById("install")) document.getElementById("rows")?.before(part("install"));
  const card = document.getElementById("install");
  if (card) card.dataset.way = way();
}

async function install() {
  const asked = offer;
  offer = null;
  document.querySelector("#account-menu:popover-open")?.hidePopover();
  asked?.prompt();
  const answer = await asked?.userChoice;
  if (answer?.outcome === "dismissed") refuse();
  show();
}

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offer = event;
  show();
});
addEventListener("appinstalled", () => {
  offer = null;
  show();
});
on("click", "[data-installs]", install);
on("click", "[data-install-later]", refuse);
// A list that is drawn anew has none.
document.addEventListener("htmx:after:swap", show);
hear("swapped", show);
show();
