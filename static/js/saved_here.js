// Settings → Devices: what this device has saved for when there is no signal, and its end.
import { on } from "hallway/events";
import { countSaved, forget } from "hallway/saved";
import { inWords } from "hallway/sizes";
import { toast } from "hallway/toasts";

const NOTHING_EVER =
  "This browser keeps nothing for when you're offline. In a private window, or without https, none does.";
const me = document.body.dataset.userId;
const place = () => document.querySelector(".saved-here");

const several = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

async function words() {
  if (!navigator.serviceWorker || !globalThis.cookieStore) return { text: NOTHING_EVER, any: false };
  const { conversations, pictures, bytes } = await countSaved(me);
  const any = conversations + pictures > 0;
  if (!any) return { text: "Nothing is saved here yet. What you open is.", any };
  const kept = `${several(conversations, "conversation")} and ${several(pictures, "picture")}`;
  return { text: `${kept} open here also without signal. They take ${inWords(bytes)}.`, any };
}

async function show() {
  const { text, any } = await words();
  place().querySelector("p").textContent = text;
  place().querySelector("[data-forgets]").hidden = !any;
}

on("click", "[data-forgets]", async () => {
  await forget(me);
  await show();
  toast("Saved pages were removed. Drafts and what waits to be sent are still here.");
});
show().catch(() => {
  place().querySelector("p").textContent = NOTHING_EVER;
});
