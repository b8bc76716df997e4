// An announcement is answered: its words stand in the field, and one writes on below them.
import { hear } from "hallway/events";

function quote() {
  const field = document.querySelector("#message-field[data-quoted]");
  if (!field) return;
  // Going back or loading again must not quote a second time.
  history.replaceState(history.state, "", location.pathname);
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}

hear("opened", quote);
// It may stand there already.
if (document.querySelector("#log[data-ready]")) quote();
