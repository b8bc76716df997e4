// Whom one can mention in the conversation on screen, as the server offers them.
import { hear } from "hallway/events";
import { ask } from "hallway/requests";

let coming = null;

function addressFor({ dataset, elements }) {
  const query = new URLSearchParams({ audience: elements.audience?.value ?? "everyone" });
  return `/threads/${dataset.threadId}/people?${query}`;
}

/**
 * Put the people of a composer into a list, unless they are there. Asked for once, however fast
 * somebody types.
 * @param {HTMLElement} list
 * @param {HTMLFormElement} form
 */
export async function fillWithPeople(list, form) {
  const address = addressFor(form);
  if (list.dataset.from === address) return;
  if (coming?.address !== address) {
    coming = { address, answer: ask(address, { headers: { "HX-Request": "true" } }) };
  }
  const mine = coming;
  try {
    const { ok, text } = await mine.answer;
    if (!ok || coming !== mine) return;
    list.innerHTML = text;
    list.dataset.from = address;
  } finally {
    if (coming === mine) coming = null;
  }
}

// Somebody may have come or gone.
for (const name of ["threads", "access", "reset"]) {
  hear(name, () => delete document.getElementById("mention-list")?.dataset.from);
}
