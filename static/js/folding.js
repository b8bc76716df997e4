// What is shown only once somebody does something lies folded in <noscript data-folded>: without
// scripts it is simply there, with them it is no part of the page before the first touch.
import { tell } from "hallway/events";

const FOLDED = "noscript[data-folded]";

/** Put everything in its place that is folded. */
export function unfold() {
  const all = document.querySelectorAll(FOLDED);
  for (const folded of all) {
    const nodes = nodesOf(folded);
    folded.replaceWith(...nodes);
    for (const node of nodes) window.htmx?.process(node);
  }
  if (all.length) tell("unfolded");
}

// What scripts have read is there as nodes, what the page was read with as text.
function nodesOf(folded) {
  if (folded.firstElementChild) return [...folded.children];
  const template = document.createElement("template");
  template.innerHTML = folded.textContent;
  return [...template.content.children];
}

/** From now on nothing stays folded, whatever a swap brings. */
export function unfoldAll() {
  unfold();
  new MutationObserver(unfold).observe(document.body, { childList: true, subtree: true });
}
