// Light, dark, or as the system is. The snippet in the page's head reads the same key.
import { hear, on } from "hallway/events";

const KEY = "hallway-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

function choice() {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "light" || kept === "dark" ? kept : "system";
  } catch {
    return "system";
  }
}

function apply() {
  const wanted = choice();
  const theme = wanted === "system" ? (dark.matches ? "dark" : "light") : wanted;
  document.documentElement.dataset.theme = theme;
  for (const meta of document.querySelectorAll('meta[name="theme-color"]')) {
    // What the page declares follows the system; a choice of the reader overrides both.
    meta.dataset.own ??= meta.content;
    const other = document.querySelector(
      `meta[name="theme-color"][media*="${theme}"]`,
    );
    meta.content = wanted === "system" ? meta.dataset.own : (other?.dataset.own ?? other?.content);
  }
  for (const input of document.querySelectorAll("[data-theme-choice] input")) {
    input.checked = input.value === wanted;
  }
}

on("change", "[data-theme-choice] input", (input) => {
  try {
    if (input.value === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, input.value);
  } catch {
    // Then it holds until the page is left.
  }
  apply();
  if (choice() !== input.value) document.documentElement.dataset.theme = input.value;
});
dark.addEventListener("change", apply);
// Another tab has chosen.
addEventListener("storage", (event) => {
  if (event.key === KEY) apply();
});
document.addEventListener("htmx:after:swap", apply);
hear("unfolded", apply);
apply();
