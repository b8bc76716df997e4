// What turns by itself at an instant (data-turns-at, in milliseconds) is told by nobody: a mute that
// ends, an office that opens or closes. The page asks again then.
import { hear, tell } from "hallway/events";
import { currentLog } from "hallway/messages";

const SOON = 5_000;
const AFTER = 1_000;
let timer = 0;

function watch() {
  clearTimeout(timer);
  const now = Date.now();
  const turns = [...document.querySelectorAll("[data-turns-at]")]
    .map((element) => Number(element.dataset.turnsAt))
    .filter((turn) => turn > now);
  if (turns.length) timer = setTimeout(turned, Math.max(SOON, Math.min(...turns) - now + AFTER));
}

function turned() {
  const log = currentLog();
  tell("woke");
  tell("threads", { thread_ids: log ? [Number(log.dataset.threadId)] : [] });
  // By then what was asked for is there, with the next turn.
  timer = setTimeout(watch, SOON);
}

for (const name of ["opened", "swapped"]) hear(name, watch);
document.addEventListener("htmx:after:swap", watch);
watch();
