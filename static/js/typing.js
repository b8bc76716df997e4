// Who is writing: said at most every few seconds, shown until it grows old.
import { audience } from "hallway/audience";
import { hear, on } from "hallway/events";
import { isOpen } from "hallway/messages";
import { say } from "hallway/socket";

const EVERY = 3_000;
const LASTS = 5_000;
/** Somebody's last keystroke may be told after the message it was for. */
const LATE = 500;
const people = new Map();
/** @type {Map<number, number>} when somebody's last message came */
const spoke = new Map();
let saidAt = 0;

on("input", "#message-field", (field) => {
  if (!field.value.trim() || Date.now() - saidAt < EVERY) return;
  saidAt = Date.now();
  say("typing", { thread_id: Number(field.form.dataset.threadId), audience: audience() });
});

function show() {
  const place = document.getElementById("typing");
  if (!place) return;
  const names = [...people.values()].map((person) => person.name);
  const others = new Intl.ListFormat("en").format(names.length > 2 ? ["Several people"] : names);
  place.replaceChildren();
  if (!names.length) return;
  const dots = document.createElement("span");
  dots.className = "dots";
  for (let n = 0; n < 3; n++) dots.append(document.createElement("i"));
  const text = document.createElement("span");
  text.dir = "auto";
  text.textContent = `${others} ${names.length > 1 ? "are" : "is"} typing`;
  place.append(dots, text);
}

function forget(user) {
  clearTimeout(people.get(user)?.timer);
  if (people.delete(user)) show();
}

hear("typing", ({ thread_id: thread, user_id: user, name }) => {
  if (!isOpen(thread) || Date.now() - (spoke.get(user) ?? 0) < LATE) return;
  clearTimeout(people.get(user)?.timer);
  people.set(user, { name, timer: setTimeout(() => forget(user), LASTS) });
  show();
});
hear("placed", ({ added, live }) => {
  if (!live) return;
  for (const message of added) {
    const author = Number(message.dataset.authorId);
    spoke.set(author, Date.now());
    forget(author);
  }
});
hear("outbox", ({ state }) => {
  if (state === "queued") saidAt = 0;
});
// The field was exchanged: perhaps nobody writes here any more.
for (const name of ["left", "composer"]) {
  hear(name, () => {
    for (const user of [...people.keys()]) forget(user);
  });
}
