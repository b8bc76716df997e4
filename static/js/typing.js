// Who is writing: said at most every few seconds, shown until it grows old.
import { hear, on } from "hallway/events";
import { isOpen } from "hallway/messages";
import { say } from "hallway/socket";

const EVERY = 3_000;
const LASTS = 5_000;
const people = new Map();
let saidAt = 0;

on("input", "#message-field", (field) => {
  if (!field.value.trim() || Date.now() - saidAt < EVERY) return;
  saidAt = Date.now();
  say("typing", { thread_id: Number(field.form.dataset.threadId) });
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
  if (!isOpen(thread)) return;
  clearTimeout(people.get(user)?.timer);
  people.set(user, { name, timer: setTimeout(() => forget(user), LASTS) });
  show();
});
hear("placed", ({ added, live }) => {
  if (live) for (const message of added) forget(Number(message.dataset.authorId));
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
