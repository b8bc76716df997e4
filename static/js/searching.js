// The search bar: results as one types, for as long as something stands in the field.
import { hear, on, tell } from "hallway/events";
import { ask, quietly } from "hallway/requests";

const PAUSE = 120;
let timer = 0;
let asked = "";
let newest = null;

export const field = () => document.getElementById("search-field");
export const results = () => document.getElementById("search-results");
const status = () => document.getElementById("search-status");
// On its own page the results belong to the address; beside the list they come and go.
const isPage = () => Boolean(document.querySelector(".searching-page"));

/** Look for what stands in the field, now. Resolves when the results are on the page. */
export function look() {
  clearTimeout(timer);
  timer = 0;
  const query = field()?.value.trim();
  if (query === undefined) return Promise.resolve();
  asked = query;
  if (!query && !isPage()) {
    show("");
    return Promise.resolve();
  }
  newest?.abort();
  newest = new AbortController();
  const { signal } = newest;
  return quietly(() => fetchResults(query, signal));
}

/** Whether results are still on their way. */
export function isLooking() {
  return timer !== 0 || (field()?.value.trim() ?? "") !== (results()?.dataset.query ?? "");
}

async function fetchResults(query, signal) {
  const address = `/search?q=${encodeURIComponent(query)}`;
  const answer = await ask(address, { headers: { "HX-Request": "true" }, signal });
  if (!answer.ok || asked !== query || signal.aborted) return;
  if (isPage()) history.replaceState(history.state, "", query ? address : "/search");
  show(answer.text, query);
}

function show(html, query = "") {
  const place = results();
  if (!place) return;
  place.innerHTML = html;
  place.dataset.query = query;
  place.hidden = !html;
  place.scrollTop = 0;
  window.htmx.process(place);
  if (status()) status().textContent = spoken(place, query);
  tell("results", { query });
}

function spoken(place, query) {
  if (!query) return "";
  const total = Number(place.querySelector("[data-total]")?.dataset.total ?? 0);
  if (!total) return `Nothing found for ${query}`;
  return total === 1 ? "1 result" : `${total} results`;
}

/** Empty the field and put the list back. */
export function clear() {
  if (field()) field().value = "";
  look();
}

on("click", "[data-clears-search]", () => {
  clear();
  field().focus();
});
on("input", "#search-field", () => {
  clearTimeout(timer);
  if (field().value.trim()) timer = setTimeout(look, PAUSE);
  else look();
});
// Who may be found has changed: a permission, a connection, a name.
for (const name of ["access", "threads"]) {
  hear(name, () => {
    if (field()?.value.trim() && !timer) timer = setTimeout(look, 2 * PAUSE);
  });
}
