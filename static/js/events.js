// How the modules talk: events on the document. It stays when htmx swaps everything inside it.

/**
 * Tell the page that something happened; a worker has nobody to tell.
 * @param {string} name without the prefix `hallway:`
 * @param {object} [detail]
 */
export function tell(name, detail = {}) {
  globalThis.document?.dispatchEvent(new CustomEvent(`hallway:${name}`, { detail }));
}

/**
 * Ask the page whether something may happen; who hears it may prevent that.
 * @param {string} name without the prefix `hallway:`
 */
export const allows = (name) =>
  document.dispatchEvent(new CustomEvent(`hallway:${name}`, { cancelable: true }));

/**
 * Act whenever something is told.
 * @param {string} name without the prefix `hallway:`
 * @param {(detail: object) => void} act
 */
export function hear(name, act) {
  document.addEventListener(`hallway:${name}`, (event) => act(event.detail));
}

/**
 * Act on an event of elements that match a selector, wherever they come from.
 * @param {string} type
 * @param {string} selector
 * @param {(element: Element, event: Event) => void} act
 */
export function on(type, selector, act) {
  document.addEventListener(type, (event) => {
    const element = event.target instanceof Element ? event.target.closest(selector) : null;
    if (element) act(element, event);
  });
}
