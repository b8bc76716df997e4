// What this person may see has changed: a permission, the mode, a connection, the account itself.
// The page is asked for again as the server draws it now. What somebody is writing stays.
import { hear, tell } from "hallway/events";
import { currentLog } from "hallway/messages";
import { ask, quietly } from "hallway/requests";

const PAUSE = 200;
const FRAME = [".app-header", ".bottom-nav", "#menu-accounts", "#list-pane"];
let timer = 0;

async function freshen() {
  const here = location.pathname + location.search;
  const answer = await ask(here);
  if (here !== location.pathname + location.search) return;
  if (!answer.ok) return lost();
  const fresh = await bringFrame(answer.text);
  if (document.querySelector(".messenger")) refreshConversation();
  else await bring("#content", fresh);
  tell("swapped");
}

async function bringFrame(text) {
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

// The page is not theirs any more, and neither is anything on it.
async function lost() {
  const isMessenger = document.querySelector(".messenger");
  if (!currentLog()) return isMessenger ? location.assign("/messages") : location.reload();
  // The channel beside it may be gone with it.
  const channel = document.getElementById("rows")?.dataset.channel;
  let answer = await ask(`/messages?channel=${channel}`);
  if (!answer.ok) answer = await ask("/messages");
  if (answer.ok) await bringFrame(answer.text);
  tell("gone");
}

hear("access", () => {
  clearTimeout(timer);
  timer = setTimeout(() => quietly(freshen), PAUSE);
});
