// The eye in a password field.
import { on } from "hallway/events";

on("click", "[data-reveals]", (button) => {
  const field = document.querySelector(button.dataset.reveals);
  const shown = field.type === "password";
  field.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
  button.setAttribute("aria-label", shown ? "Hide password" : "Show password");
});
// A password goes out, and into the browser's keeping, as a password.
on("submit", "form", (form) => {
  for (const button of form.querySelectorAll('[data-reveals][aria-pressed="true"]')) button.click();
});
