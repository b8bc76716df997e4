// What another app shared: a card over the list says so, the conversation that is opened takes it.
import { attach } from "hallway/attaching";
import { hear, on } from "hallway/events";
import { lateParts, part } from "hallway/parts";
import { forgetShared, sharedOf } from "hallway/handed";

const me = document.body.dataset.userId;
/** @type {{files: File[], text: string} | null} */
let shared = null;

async function read() {
  const cache = await sharedOf(me);
  const keys = (await cache.keys()).filter(({ url }) => url.includes("/shared/files/"));
  const files = await Promise.all(keys.map(async (key) => fileOf(await cache.match(key))));
  const text = (await (await cache.match("/shared/text"))?.text()) ?? "";
  return files.length || text ? { files, text } : null;
}

async function fileOf(kept) {
  const name = decodeURIComponent(kept.headers.get("X-Name"));
  return new File([await kept.blob()], name, { type: kept.headers.get("Content-Type") });
}

function inWords({ files, text }) {
  const photos = files.every(({ type }) => type.startsWith("image/"));
  const noun = photos ? "photo" : "file";
  if (files.length) return files.length === 1 ? `1 ${noun}` : `${files.length} ${noun}s`;
  return text.length > 60 ? `“${text.slice(0, 60)}…”` : `“${text}”`;
}

async function show() {
  if (shared) await lateParts().catch(() => {});
  document.getElementById("incoming")?.remove();
  const rows = document.getElementById("rows");
  if (!shared || !rows) return;
  const card = part("incoming");
  card.querySelector("b").textContent = inWords(shared);
  rows.before(card);
}

// A conversation where nobody may write leaves it for the next one.
function take() {
  const field = document.getElementById("message-field");
  if (!shared || !field) return;
  const { files, text } = shared;
  drop();
  if (text) {
    field.value = [field.value.trim(), text].filter(Boolean).join("\n");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  attach(files);
}

function drop() {
  shared = null;
  forgetShared(me);
  show();
}

on("click", "#incoming [data-drops]", drop);
hear("opened", take);
for (const name of ["htmx:after:swap", "hallway:swapped"]) document.addEventListener(name, show);
read().then((found) => {
  shared = found;
  show();
  take();
});
