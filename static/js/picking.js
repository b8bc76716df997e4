// Picking people for a group: narrowing the list, counting, and a name after who was picked.
import { on } from "hallway/events";

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function narrow(search) {
  const list = document.querySelector(search.dataset.narrows);
  const words = plain(search.value).split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const entry of list.children) {
    const text = plain(entry.textContent);
    entry.hidden = !words.every((word) => text.includes(word));
    if (!entry.hidden) shown += 1;
  }
  list.hidden = !shown;
  list.parentElement.querySelector(".picker-none").hidden = Boolean(shown);
}

/** What the server calls a group after these names: see models/groups.py, suggested_title. */
function titleOf(names) {
  const first = names.map((name) => name.split(" ")[0]);
  if (first.length > 3) return `${first[0]}, ${first[1]} & ${first.length - 2} more`;
  const title = [first.slice(0, -1).join(", "), first.at(-1)].filter(Boolean).join(" & ");
  const families = new Set(names.map((name) => name.split(" ").at(-1)));
  return names.length > 1 && families.size === 1 ? `${title} ${[...families][0]}` : title;
}

function follow(form) {
  const picked = [...form.querySelectorAll('[name="members"]:checked')];
  const count = form.querySelector("[data-picked]");
  if (count) count.textContent = picked.length ? `${picked.length} picked` : "";
  const title = form.querySelector("[data-suggests]");
  if (!title) return;
  const who = form.elements.who;
  const byHand = who.value === "picked";
  const rule = who.selectedOptions[0].text.replace(/^(Everyone at|Owners of) /, "");
  const names = picked.map((box) => box.dataset.name);
  // Readers of an announcement do not learn of each other by its name either.
  const own = form.elements.kind.value === "announcement" ? "Announcement" : titleOf(names);
  title.placeholder = byHand ? own : rule;
}

on("input", "[data-narrows]", narrow);
on("keydown", "[data-narrows]", (_search, event) => {
  // It narrows as one types; Enter would send the form.
  if (event.key === "Enter") event.preventDefault();
});
on("change", ".group-form", follow);
document.addEventListener("htmx:after:swap", () => {
  const form = document.querySelector(".group-form");
  if (form) follow(form);
});
