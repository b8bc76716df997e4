// Who has left this device leaves nothing behind, on whichever page that is noticed.
import { noteRemoved, whose } from "hallway/whose";

const shownTo = document.body.dataset.userId;

async function tidy() {
  const { left, ended } = whose();
  if (!left) return;
  // A page of theirs would keep things again; the one that comes in its place removes them.
  if (left === shownTo) return void giveWay();
  const { remove } = await import("hallway/removing");
  await remove(left);
  // Until the server knows of it, the note keeps the session from coming back.
  if (ended) await noteRemoved();
}

// A page that comes back as it was left may be that of somebody who is not here any more.
addEventListener("pageshow", (event) => {
  if (!event.persisted || !shownTo || whose().user === shownTo) return;
  giveWay();
});

function giveWay() {
  document.body.hidden = true;
  location.reload();
}

tidy();
