// Forms that take a while (data-works) say so and are sent once; choices (data-chooses) work at once.
import { on } from "hallway/events";

on("submit", "form[data-works]", (form, event) => {
  if (form.ariaBusy === "true") event.preventDefault();
  form.ariaBusy = "true";
});
on("change", "form[data-chooses]", (form) => form.requestSubmit());
// Coming back by the back button shows the page as it was left.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-works]")) form.ariaBusy = null;
});
