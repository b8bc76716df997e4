// What is being written is kept on the device, per person and conversation or form, until it is
// sent. Every tab shows the same, and none overwrites what another has written.
import { hear } from "hallway/events";
import { draftOf, isWriting, write, writeAtOnce } from "hallway/kept";
import { narrower } from "hallway/written";

const PAUSE = 300;
const OTHERS = ["hidden", "file", "submit", "button"];
let timer = 0;
/** The form that is followed, and what its fields held when that was as it is kept. */
let form = null;
let base = {};

const isCheck = ({ type }) => type === "checkbox" || type === "radio";
const fieldsOf = (place) =>
  [...place.elements].filter(({ name, type }) => name && !OTHERS.includes(type));
const isSame = (one, other) => String(one ?? "") === String(other ?? "");

const asItIs = ({ value, checked }) => ({ value, checked });

function asDrawn(field) {
  const option = [...(field.options ?? [])].find(({ defaultSelected }) => defaultSelected);
  const value = field.options ? (option ?? field.options[0])?.value : field.defaultValue;
  return { value: isCheck(field) ? field.value : value, checked: field.defaultChecked };
}

/**
 * What a person has put into a form, by the names of its fields.
 * @param {HTMLFormElement} place
 * @param {typeof asItIs} [read] how a field is read
 * @returns {Record<string, string | string[]>} a list for boxes one can check
 */
export function valuesOf(place, read = asItIs) {
  const values = {};
  for (const field of fieldsOf(place)) {
    const { name, type } = field;
    const { value, checked } = read(field);
    if (type === "checkbox") values[name] = [...(values[name] ?? []), ...(checked ? [value] : [])];
    else if (type !== "radio" || checked) values[name] = value;
  }
  return values;
}

/** Keep what is written by now. */
export const save = () => keep(write);

function keep(by, isUnsure = false) {
  clearTimeout(timer);
  if (!form?.isConnected) return;
  const [{ elements }, before, now] = [form, base, valuesOf(form)];
  const names = Object.keys(now).filter((name) => !isSame(now[name], before[name]));
  if (!names.length && !isUnsure) return;
  base = now;
  // What was chosen before a word was written belongs to it: to whom it goes, above all.
  const choices = pickedIn(form);
  by(form.dataset.draft, (draft) => {
    const fields = { ...choices, ...draft.fields };
    for (const name of names) fields[name] = both(elements[name], fields[name], before[name], now[name]);
    return { ...draft, fields };
  });
}

function pickedIn(place) {
  const lists = fieldsOf(place).filter(({ tagName }) => tagName === "SELECT");
  const isPicked = ({ selectedOptions: [option] }) => option && !option.defaultSelected;
  return Object.fromEntries(lists.filter(isPicked).map(({ name, value }) => [name, value]));
}

// Another tab may have written in the same field meanwhile: of texts both stay. Of two choices the
// later one does, but that nothing is shown to anybody whom one of them leaves out.
function both({ name, tagName }, theirs, before, mine) {
  if (theirs === undefined || isSame(theirs, before)) return mine;
  if (name === "audience") return narrower(theirs, mine);
  if (tagName !== "TEXTAREA" || !theirs.trim()) return mine;
  if (mine.includes(theirs) || theirs.includes(mine)) return mine.length < theirs.length ? theirs : mine;
  return `${theirs}\n\n${mine}`;
}

/** What stands in the form was sent: there is nothing to keep of it. */
export function settle() {
  clearTimeout(timer);
  base = form ? valuesOf(form) : {};
}

/** Bring what is kept into the fields, but for those that are being written in right now. */
function follow() {
  if (!form?.isConnected) return;
  const fields = draftOf(form.dataset.draft)?.fields ?? {};
  const now = valuesOf(form);
  const clean = fieldsOf(form).filter(({ name }) => isSame(now[name], base[name]));
  for (const field of clean) {
    if (!put(field, fields[field.name])) continue;
    for (const type of ["input", "change"]) field.dispatchEvent(new Event(type, { bubbles: true }));
  }
  const after = valuesOf(form);
  base = { ...base, ...Object.fromEntries(clean.map(({ name }) => [name, after[name]])) };
}

// A choice stays when nothing is kept: who it is shown to must not widen by itself.
function put(field, kept) {
  const isChosen = isCheck(field) || field.tagName === "SELECT";
  // A space by itself is kept nowhere, and stays where it was typed.
  if (kept === undefined && (isChosen || !field.value.trim())) return false;
  const property = isCheck(field) ? "checked" : "value";
  const value = isCheck(field) ? [kept].flat().includes(field.value) : textBy(field, kept);
  if (field[property] === value) return false;
  field[property] = value;
  return true;
}

function textBy({ defaultValue: first, dataset }, kept = first) {
  // What the server quotes stands before what was begun without it.
  return dataset.quoted !== undefined && !kept.startsWith(first) ? first + kept : kept;
}

function look() {
  const place = document.querySelector("form[data-draft]");
  const isNew = place !== form;
  if (isNew) {
    form = place;
    // Somebody may have begun to write before this was here.
    base = form ? valuesOf(form, asDrawn) : {};
  }
  follow();
  if (isNew) save();
}

document.addEventListener("input", ({ target }) => {
  if (!form || target.form !== form) return;
  clearTimeout(timer);
  timer = setTimeout(save, PAUSE);
});
for (const name of ["opened", "composer", "kept"]) hear(name, look);
// The page is about to go.
hear("signed-out", () => keep(writeAtOnce));
document.addEventListener("visibilitychange", save);
// What is being written at that moment may not be finished any more.
addEventListener("pagehide", () => keep(writeAtOnce, isWriting()));
// Before another conversation takes the form's place.
document.addEventListener("htmx:before:swap", save);
document.addEventListener("htmx:after:swap", look);
