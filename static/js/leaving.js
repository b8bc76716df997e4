// Signing out on this device: asked about what still waits, then everything of theirs goes, also
// without signal. The server learns of it at the next contact, which is mostly the next page.
import { on, tell } from "hallway/events";
import { waiting } from "hallway/kept";
import { leavers } from "hallway/left";
import { clear } from "hallway/outbox";
import { ask, Unreachable } from "hallway/requests";
import { toast } from "hallway/toasts";
import { noteLeft } from "hallway/whose";

const me = document.body.dataset.userId;

function isMeant() {
  const { length } = waiting();
  const [noun = "thing", ...others] = new Set(waiting().map(({ kind }) => kind));
  const what = others.length ? "thing" : noun;
  const words = length === 1 ? `A ${what} is` : `${length} ${what}s are`;
  const them = length === 1 ? "it" : "them";
  return !length || confirm(`${words} still waiting to be sent. Sign out and discard ${them}?`);
}

async function leave() {
  tell("leaving");
  const { remove } = await import("hallway/removing");
  leavers?.postMessage({ left: me });
  await clear();
  await remove(me);
  location.replace("/sign-in");
}

// Other devices, or this one by its row in the list: that is for the server to do.
async function leaveBy(form) {
  try {
    await ask(form.action, { method: "POST", headers: { "HX-Request": "true" } });
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    return toast("Hallway can't be reached. Try again when you're back online.", { failed: true });
  }
  return leave();
}

on("submit", 'form[action="/sign-out"], form[data-signs-out]', (form, event) => {
  event.preventDefault();
  if (!isMeant()) return undefined;
  if (!form.matches('[action="/sign-out"]')) return leaveBy(form);
  noteLeft(me);
  return leave();
});
