// To whom the message goes that is being written: chosen above the field, with who that is now.
import { hear, on } from "hallway/events";

const SIDES = {
  everyone: ["team", "tenant", "service_pro", "owner"],
  team: ["team"],
  tenants: ["team", "tenant"],
  pros: ["team", "service_pro"],
};

const choice = () => document.getElementById("audience");
const field = () => document.getElementById("message-field");

/** The audience that is chosen, by its name. */
export const audience = () => choice()?.value ?? "everyone";

/**
 * Whether what is written to an audience is seen from a side.
 * @param {string} name of the audience
 * @param {string} side
 */
export const sees = (name, side) => SIDES[name].includes(side);

function follow() {
  if (!choice() || !field()) return;
  const { dataset } = field();
  dataset.usual ??= field().placeholder;
  field().placeholder = audience() === "team" ? dataset.note : dataset.usual;
  warn();
}

// Whoever is mentioned and would not see it is told nothing.
function warn() {
  const place = document.getElementById("audience-warning");
  if (!place || !choice()) return;
  const text = field().value.toLowerCase();
  const names = [...document.querySelectorAll("#readers [data-name]")]
    .filter(({ dataset }) => !sees(audience(), dataset.side))
    .map(({ dataset }) => dataset.name)
    .filter((name) => text.includes(`@${name.toLowerCase()}`));
  const list = new Intl.ListFormat("en").format(names);
  const words = names.length ? `${list} won’t see this, so nobody tells them.` : "";
  if (place.textContent !== words) place.textContent = words;
}

on("change", "#audience", follow);
on("input", "#message-field", warn);
for (const name of ["opened", "composer", "readers"]) hear(name, follow);
