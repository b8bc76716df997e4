// Says so as soon as a new password is long enough. The server has the last word.
import { on } from "hallway/events";
import { part } from "hallway/parts";

const SHORTEST = 10;

on("input", "input[autocomplete=new-password]", (input) => {
  const field = input.closest(".field");
  const said = field.querySelector(".field-good");
  const enough = [...input.value.trim()].length >= SHORTEST;
  if (enough && !said) {
    field.querySelector(".field-error")?.remove();
    field.append(part("long-enough"));
  } else if (!enough) said?.remove();
});
