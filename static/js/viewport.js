// The keyboard of a phone: where the window does not shrink for it, room is made below.

const view = window.visualViewport;
const touch = matchMedia("(pointer: coarse)");
const LEAST = 120;
let tallest = window.innerHeight;

function measure() {
  tallest = Math.max(tallest, window.innerHeight);
  const writing = document.activeElement?.matches("textarea, input");
  // A reader who zooms in makes the visible part smaller too; that is no keyboard.
  const hidden = view.scale === 1 ? window.innerHeight - view.height : 0;
  const open = touch.matches && writing && tallest - view.height > LEAST;
  document.body.toggleAttribute("data-keyboard", Boolean(open));
  document.documentElement.style.setProperty("--kb", `${hidden > LEAST ? Math.round(hidden) : 0}px`);
}

if (view) {
  view.addEventListener("resize", measure);
  document.addEventListener("focusin", measure);
  document.addEventListener("focusout", () => requestAnimationFrame(measure));
  screen.orientation?.addEventListener("change", () => {
    tallest = 0;
  });
  measure();
}
