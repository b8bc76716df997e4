// What this person may see has changed: a permission, the mode, a connection, the account itself.
// The page is asked for again as the server draws it now. What somebody is writing stays.
import { arrived } from "hallway/dialogs";
import { hear, tell } from "hallway/events";
import { unfold } from "hallway/folding";
import { currentLog } from "hallway/messages";
import { ask, quietly } from "hallway/requests";

const PAUSE = 200;
const FRAME = [".app-header", ".bottom-nav", "#menu-accounts", "#list-pane"];
/** How long a form that was sent may take to lead elsewhere, in ms. */
const ON_THE_WAY = 10_000;
let timer = 0;
let sentAt = 0;

/** Where the page is asked for: with the channel that is listed, also where the address names none. */
function addressOf(here) {
  const channel = document.getElementById("rows")?.dataset.channel;
  return here === "/messages" && channel ? `${here}?channel=${channel}` : here;
}

async function freshen() {
  const here = location.pathname + location.search;
  let answer = await ask(addressOf(here));
  // The channel that was listed may be gone; the address named none.
  if (answer.status === 404 && addressOf(here) !== here) answer = await ask(here);
  if (here !== location.pathname + location.search) return;
  if (!answer.ok) return lost();
  const fresh = await bringFrame(answer.text);
  if (document.querySelector(".messenger")) refreshConversation();
  else await bring("#content", fresh);
  tell("swapped");
}

async function bringFrame(text) {
  unfold();
  const fresh = new DOMParser().parseFromString(text, "text/html");
  for (const selector of FRAME) await bring(selector, fresh);
  return fresh;
}

async function bring(selector, fresh) {
  const target = document.querySelector(selector);
  const replacement = fresh.querySelector(selector);
  if (!target || !replacement) return;
  const text = replacement.outerHTML;
  await window.htmx.swap({ text, target, swap: "outerMorph", sourceElement: target });
}

function refreshConversation() {
  const log = currentLog();
  if (log) tell("threads", { thread_ids: [Number(log.dataset.threadId)] });
}

// What its own form has ended, as an invitation that is accepted: the answer is on the way.
const isOnTheWay = () => Date.now() - sentAt < ON_THE_WAY;

// What a dialog is about may have been taken from whoever looks at it.
async function freshenDialog() {
  const { dialog, source } = arrived();
  if (dialog && source && (await ask(source)).status === 404 && arrived().source) dialog.close();
}

// The page is not theirs any more, and neither is anything on it.
async function lost() {
  if (isOnTheWay()) return;
  const isMessenger = document.querySelector(".messenger");
  if (!currentLog()) return isMessenger ? location.assign("/messages") : location.reload();
  // The channel beside it may be gone with it.
  const channel = document.getElementById("rows")?.dataset.channel;
  let answer = await ask(`/messages?channel=${channel}`);
  if (!answer.ok) answer = await ask("/messages");
  if (answer.ok) await bringFrame(answer.text);
  tell("gone");
}

// What stands around the conversation may be older than this contact: saved, or nobody was told.
hear("contact", ({ stamp }) => {
  delete document.documentElement.dataset.saved;
  const { dataset } = document.body;
  if (!stamp || dataset.stamp === stamp) return;
  dataset.stamp = stamp;
  tell("access");
});
// On the window, where those who send a form by script have prevented the rest.
addEventListener("submit", (event) => {
  if (!event.defaultPrevented) sentAt = Date.now();
});
hear("access", () => {
  clearTimeout(timer);
  timer = setTimeout(() => {
    quietly(freshen);
    quietly(freshenDialog);
  }, isOnTheWay() ? ON_THE_WAY : PAUSE);
});
