// Sharing a request: people are found as one types and become tokens; the boxes they stand for go
// with the form. Without script the boxes are all there is.
import { on } from "hallway/events";
import { part } from "hallway/parts";

// Fingers click a moment after they are lifted.
const AFTER_CLICK = 300;
const STEPS = { ArrowDown: 1, ArrowUp: -1 };
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

const search = () => document.getElementById("share-search");
const list = () => document.getElementById("share-list");
const boxes = () => [...document.querySelectorAll(".share-option input")];
const picked = () => boxes().filter((box) => box.checked);
const active = () => list().querySelector(".share-option[aria-selected=true]");
const offered = () =>
  [...list().querySelectorAll(".share-option:not([hidden], [data-here])")];

function dress() {
  const field = search();
  if (!field || field.role === "combobox") return;
  field.role = "combobox";
  field.ariaAutoComplete = "list";
  field.setAttribute("aria-controls", "share-list");
  list().role = "listbox";
  list().ariaLabel = "People";
  for (const [index, option] of [...list().querySelectorAll(".share-option")].entries()) {
    option.id = `share-option-${index}`;
    option.role = "option";
    option.ariaSelected = "false";
    if ("here" in option.dataset) option.ariaDisabled = "true";
    option.closest("ul").role = "group";
    option.closest("ul").ariaLabel = option.closest(".share-group").querySelector("p").textContent;
  }
  draw();
  open(document.activeElement === field);
}

function open(shown) {
  list().hidden = !shown;
  search().ariaExpanded = String(shown);
  if (!shown) choose(null);
}

function choose(option) {
  const before = active();
  if (before) before.ariaSelected = "false";
  if (option) {
    option.ariaSelected = "true";
    search().setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else search().removeAttribute("aria-activedescendant");
}

/** Show who fits what was typed and is not chosen yet, with the letters that fit marked. */
function narrow() {
  const words = plain(search().value).split(/\s+/).filter(Boolean);
  for (const option of list().querySelectorAll(".share-option")) {
    const text = plain(option.textContent);
    const fits = words.every((word) => text.includes(word));
    option.hidden = !fits || option.querySelector("input").checked;
    for (const line of option.querySelectorAll("b, small")) mark(line, words);
  }
  for (const group of list().querySelectorAll(".share-group")) {
    group.hidden = !group.querySelector(".share-option:not([hidden])");
  }
  const none = list().querySelector("[data-none]");
  none.hidden = Boolean(list().querySelector(".share-option:not([hidden])"));
  choose(words.length ? offered()[0] ?? null : null);
}

function mark(line, words) {
  const text = line.textContent;
  const at = words.map((word) => [plain(text).indexOf(word), word.length]).find(([i]) => i >= 0);
  // Letters that fall apart into several would be marked in the wrong place.
  if (!at || plain(text).length !== text.length) return line.replaceChildren(text);
  const [from, length] = at;
  const fits = document.createElement("mark");
  fits.textContent = text.slice(from, from + length);
  line.replaceChildren(text.slice(0, from), fits, text.slice(from + length));
}

function draw() {
  const field = search();
  const chosen = picked();
  for (const token of field.parentElement.querySelectorAll(".token")) token.remove();
  for (const box of chosen) field.before(token(box));
  field.placeholder = chosen.length ? "" : "Name, company or trade";
  const names = inWords(chosen.map((box) => box.dataset.name.split(" ")[0]));
  const form = field.form;
  form.querySelector("[data-shares]").textContent = names ? `Share with ${names}` : "Share";
  form.querySelector("[data-joins]").textContent = names
    ? `Everyone here will see that ${names} joined.`
    : "Everyone here will see who joined.";
  if (chosen.length) form.querySelector("[data-refusal]").hidden = true;
  narrow();
}

function token(box) {
  const made = part("token");
  const face = box.closest(".share-option").querySelector(".avatar").cloneNode(true);
  made.querySelector("bdi").textContent = box.dataset.name;
  made.prepend(face);
  const remove = made.querySelector("button");
  remove.ariaLabel = `Remove ${box.dataset.name}`;
  remove.addEventListener("click", () => toggle(box, false));
  return made;
}

/** As the server says whom something was shared with. */
function inWords(first) {
  if (first.length > 3) return `${first.slice(0, 2).join(", ")} and ${first.length - 2} more`;
  return [first.slice(0, -1).join(", "), first.at(-1)].filter(Boolean).join(" and ");
}

function toggle(box, checked) {
  box.checked = checked;
  search().value = "";
  draw();
  search().focus();
}

on("input", "#share-search", () => {
  open(true);
  narrow();
});
on("change", ".share-option input", (box) => toggle(box, box.checked));
on("focusin", "#share-search", () => {
  dress();
  open(true);
});
on("click", "[data-tokens]", (_field, event) => {
  if (!event.target.closest("button")) search().focus();
});
on("keydown", "#share-search", (field, event) => {
  if (event.isComposing) return;
  const { key } = event;
  if (key in STEPS) {
    open(true);
    const all = offered();
    if (all.length) choose(all.at((all.indexOf(active()) + STEPS[key] + all.length) % all.length));
  } else if (key === "Enter" && active()) toggle(active().querySelector("input"), true);
  else if (key === "Enter" && !field.value && picked().length) return;
  else if (key === "Escape" && !list().hidden && field.value) {
    field.value = "";
    narrow();
  } else if (key === "Backspace" && !field.value && picked().length) {
    return toggle(picked().at(-1), false);
  } else if (key !== "Enter") return;
  event.preventDefault();
});
// A press inside the list must not take the focus from the field, or the list would go under it.
on("pointerdown", "#share-list", (_list, event) => event.preventDefault());
// Whatever is pressed elsewhere must not move away under the pointer: the list closes afterwards.
let isPressed = false;
const leave = () => {
  const people = document.querySelector(".share-people");
  if (search() && !isPressed && !people.contains(document.activeElement)) open(false);
};
document.addEventListener("pointerdown", () => {
  isPressed = true;
});
for (const type of ["pointerup", "pointercancel"]) {
  document.addEventListener(type, () => setTimeout(() => {
    isPressed = false;
    leave();
  }, AFTER_CLICK));
}
on("focusout", ".share-people", () => setTimeout(leave));
document.addEventListener("htmx:after:swap", dress);
dress();
