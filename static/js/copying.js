// Buttons that copy: data-copies="#field", or data-copies with the text itself in data-text.
import { on } from "hallway/events";
import { toast } from "hallway/toasts";

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Outside a secure context there is no clipboard; this old way still works there.
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("copy");
}

on("click", "[data-copies]", async (button, event) => {
  event.preventDefault();
  const field = button.dataset.copies && document.querySelector(button.dataset.copies);
  const text = field ? (field.value ?? field.textContent).trim() : button.dataset.text;
  try {
    await copy(text);
    toast("Copied.");
  } catch {
    field?.select?.();
    toast("Copying is blocked in your browser. Select the link and copy it yourself.", {
      failed: true,
    });
  }
});
