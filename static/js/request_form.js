// The form for a maintenance request: kept on the device while one writes, sent by way of the
// outbox, so also without signal. Without this it is a form like any other.
import { newId } from "hallway/client_id";
import { settle } from "hallway/drafts";
import { hear, on } from "hallway/events";
import { draftOf, waiting, write } from "hallway/kept";
import { send, takeBack } from "hallway/outbox";
import { inTray } from "hallway/tray";
import { remove } from "hallway/uploads";
import { blank, isBlank } from "hallway/written";

const NEEDED = { title: "Say what needs fixing.", home: "Choose the home this is about." };
/** What this page has sent, until the server has it or its author has it back. */
let sent = null;
/** Whether the page of what was sent is on its way. */
let isLeaving = false;

const form = () => document.querySelector(".request-form");
const name = () => form().dataset.draft;

// Everything in it that is text; files travel by themselves.
const fieldsOf = (place) =>
  [...new FormData(place)].filter(([field, value]) => typeof value === "string" && field !== "client_id");

function submit() {
  for (const field of form().querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  for (const place of form().querySelectorAll(":is(.field-error, .form-error) > span")) place.textContent = "";
  const errors = whatIsMissing();
  if (Object.keys(errors).length) return complain(errors);
  sent = newId();
  settle();
  send({
    client_id: sent,
    kind: "request",
    address: "/maintenance",
    lane: "requests",
    draft: name(),
    thread: null,
    fields: fieldsOf(form()),
    people: [],
    files: [],
    at: new Date().toISOString(),
  });
  scrollTo(0, 0);
  document.querySelector("[data-waiting-requests]").focus();
}

function whatIsMissing() {
  const values = Object.fromEntries(fieldsOf(form()));
  const missing = Object.entries(NEEDED).filter(([field]) => !values[field]?.trim());
  const stuck = inTray(name()).find(({ state }) => state === "failed");
  const way = stuck?.final ? "Remove it." : "Remove it, or try again.";
  const files = stuck && { files: `${stuck.name} can’t go along. ${way}` };
  return { ...Object.fromEntries(missing), ...files };
}

function complain(errors) {
  for (const [field, sentence] of Object.entries(errors)) {
    const place = placeFor(field);
    place.querySelector("span").textContent = sentence;
    const control = form().elements[field];
    // Files are chosen by buttons, the kind by one of several.
    if (control?.labels && control.type !== "file") {
      control.setAttribute("aria-invalid", "true");
      control.setAttribute("aria-describedby", place.id);
    }
    const more = place.closest("details");
    if (more) more.open = true;
  }
  const first = form().querySelector("[aria-invalid]") ?? form().querySelector(".field-error:has(> span:not(:empty))");
  first?.focus();
  first?.scrollIntoView({ block: "center" });
}

// Beside its field, as the server would draw it.
function placeFor(field) {
  const known = form().querySelector(`#${field}-error, #field-${field}-error`);
  const control = form().elements[field];
  if (known || !control?.after) return known ?? form().querySelector("#form-error");
  const place = form().querySelector("#times-error").cloneNode(true);
  place.id = `field-${field}-error`;
  control.after(place);
  return place;
}

function startOver() {
  for (const { key } of inTray(name())) remove(name(), key);
  write(name(), () => blank(name()));
  form().reset();
  settle();
}

// What was sent stands above, in the place of the form; it comes back with what is taken back.
function show() {
  if (!form()) return;
  const draft = draftOf(name());
  const isWaiting = waiting().some((entry) => entry.client_id === sent);
  if (sent && !isWaiting && !isLeaving) {
    sent = null;
    if (!draft || isBlank(draft)) form().reset();
    settle();
  }
  form().toggleAttribute("data-sent", sent !== null);
  form().querySelector("[data-leaves]").textContent = sent ? "Done" : "Cancel";
  form().querySelector("[data-starts-over]").toggleAttribute("data-idle", !draft || isBlank(draft));
}

function count() {
  const place = form()?.querySelector("[data-count]");
  if (!place) return;
  const along = form().querySelectorAll(".shot-kept > [data-kind=image]:checked").length;
  const photos = inTray(name()).filter(({ kind }) => kind === "image").length + along;
  place.textContent = photos ? `${photos} of ${place.dataset.count}` : "";
}

on("submit", ".request-form", (_form, event) => {
  event.preventDefault();
  submit();
});
on("click", "[data-starts-over]", () => {
  startOver();
  document.getElementById("field-title").focus();
});
on("change", ".shot-kept > input", count);
hear("tray", count);
hear("kept", show);
hear("outbox", ({ entry, state, html }) => {
  if (entry.client_id !== sent) return;
  if (state === "sent") {
    isLeaving = true;
    location.assign(JSON.parse(html).address);
  } else if (state === "failed" && entry.failed.status === 422) {
    takeBack(sent);
    complain(entry.failed.errors);
  }
});
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  isLeaving = false;
  show();
});
show();
count();
