// Buttons (data-fills) that fill the fields of their form: data-day fills the one named "day".
import { on } from "hallway/events";

on("click", "[data-fills]", (button) => {
  for (const [name, value] of Object.entries(button.dataset)) {
    const field = button.closest("form").elements.namedItem(name);
    if (field) field.value = value;
  }
});
