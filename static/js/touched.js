// What acts once somebody does something, and looks after what is being written and what waits:
// brought at the first touch of a page, or where something is kept (late.js).
import "hallway/handling";
import "hallway/marks";
import "hallway/working";
import "hallway/acting";
import "hallway/to_search";
import "hallway/choosing";
import "hallway/row_menu";
import "hallway/message_acts";
import "hallway/keyboard";
import "hallway/viewport";
import "hallway/composer";
import "hallway/quoting";
import "hallway/attaching";
import "hallway/pending";
import "hallway/row_notes";
import "hallway/leaving";
import "hallway/photo";
import { isShared } from "hallway/handed";
import { whenInSight } from "hallway/in_sight";
import { begin, me } from "hallway/kept";
import { flush } from "hallway/outbox";
import { lateParts } from "hallway/parts";
import { tidy } from "hallway/queue";
import { toast } from "hallway/toasts";

const mentions = () => import("hallway/mention_list");
const form = () => import("hallway/request_form");

/** What sends a request is there before its button is heard. */
export const brought = document.querySelector(".request-form") ? form() : null;

/** Bring a module at the first click on something; when it is there, the click happens again. */
function onClick(selector, bring) {
  const act = async (event) => {
    const element = event.target.closest?.(selector);
    if (!element || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    try {
      await bring();
      document.removeEventListener("click", act, true);
      element.click();
    } catch {
      toast("Hallway can't be reached. Try again when you're back online.", { failed: true });
    }
  };
  document.addEventListener("click", act, true);
}

// Another app has shared something, and it waits for its conversation.
async function lookForShared() {
  if (await isShared(me())) await import("hallway/incoming");
}

onClick("a[data-view]", () => lateParts().then(() => import("hallway/viewer")));
onClick(".mention-btn", mentions);
whenInSight({
  "#message-field:focus": mentions,
  ".saved-here": () => import("hallway/saved_here"),
  ".request-form": form,
  "[data-waiting-requests]": () => import("hallway/waiting_requests"),
});
// What waits is shown by parts that come beside this.
async function start() {
  await lateParts().catch(() => {});
  await begin();
  flush();
  tidy(me());
}

start();
if (globalThis.caches) lookForShared().catch(() => {});
