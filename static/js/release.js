// The release this page is of: its service worker, and a line when it is another than last time.
import { allows, hear } from "hallway/events";
import { toast } from "hallway/toasts";

const KEY = "hallway-release";
const { release } = document.documentElement.dataset;
const worker = navigator.serviceWorker;
/** Whether the server runs another release than this page is of. */
let isOutdated = false;

function greet() {
  try {
    const last = localStorage.getItem(KEY);
    localStorage.setItem(KEY, release);
    if (last && last !== release) toast("Hallway was updated.");
  } catch {
    // Where nothing is kept, nobody knows what there was before.
  }
}

// A page may be open for weeks. It goes on working, and gives way where nobody looks: when the
// person is back, the new release is there.
function giveWay() {
  const isBusy = document.querySelector("dialog[open], [data-state='uploading']")
  const keepsDrafts = document.querySelector(".messenger, .request-form");
  if (!isOutdated || !document.hidden || !keepsDrafts || isBusy) return;
  if (allows("giving-way")) location.reload();
}

hear("contact", async (contact) => {
  if (!contact.release || contact.release === release) return;
  isOutdated = true;
  await (await worker?.getRegistration())?.update().catch(() => {});
});
document.addEventListener("visibilitychange", giveWay);

// Once the page is there: what the worker fetches must not stand in its way.
async function register() {
  const isNew = worker && !worker.controller;
  try {
    await worker?.register("/sw.js", { updateViaCache: "none" });
  } catch {
    return; // A private window may refuse; then pages come from the server alone.
  }
  if (isNew) worker.addEventListener("controllerchange", tellWhatWasSeen, { once: true });
}

// The worker was not there when this page was loaded.
function tellWhatWasSeen() {
  const shown = [...document.images].filter(({ complete }) => complete);
  const isTheirs = (src) => ["files", "photos"].some((name) => src.startsWith(`${origin}/${name}/`));
  const photos = shown.map(({ src }) => src).filter(isTheirs);
  const address = location.pathname + location.search;
  worker.controller?.postMessage({ type: "seen", address, photos });
}

if (document.readyState === "complete") register();
else addEventListener("load", register);
greet();
