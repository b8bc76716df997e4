// Where a letter of a text field stands, in px: browsers do not tell.

const SAME = ["font", "letterSpacing", "padding", "direction", "boxSizing"];

/**
 * How far from the edge of the field a letter stands: measured in a copy of the text in the same
 * box.
 * @param {HTMLTextAreaElement} field
 * @param {number} position
 */
export function leftOf(field, position) {
  const style = getComputedStyle(field);
  const copy = document.createElement("div");
  for (const name of SAME) copy.style[name] = style[name];
  copy.className = "field-copy";
  copy.style.width = `${field.clientWidth}px`;
  copy.textContent = field.value.slice(0, position);
  const mark = copy.appendChild(document.createElement("span"));
  mark.textContent = "@";
  field.form.append(copy);
  const left = mark.offsetLeft;
  copy.remove();
  return left;
}
