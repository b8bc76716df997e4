// The way to the search field, from wherever one is.
import { on } from "hallway/events";

/** Go to the search field; where none is in sight, to the page that has one. */
export function focusSearch() {
  const input = document.getElementById("search-field");
  if (input?.checkVisibility()) input.select();
  else location.assign("/search");
  return true;
}

on("click", "[data-new-message]", (_link, event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  focusSearch();
});
