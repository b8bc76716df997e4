// One's own photo: sent as soon as it is chosen or taken, made smaller before it travels.
import { on } from "hallway/events";
import { shrink } from "hallway/shrinking";

const FIELD = ".photo-field input";

async function send(field) {
  const [file] = field.files;
  if (!file) return;
  const { blob, name } = await shrink(file);
  const transfer = new DataTransfer();
  transfer.items.add(new File([blob], name, { type: blob.type }));
  field.files = transfer.files;
  field.form.requestSubmit();
}

on("change", FIELD, send);
// Chosen before this was here.
for (const field of document.querySelectorAll(FIELD)) send(field);
