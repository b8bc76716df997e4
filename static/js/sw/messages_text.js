// The log of a saved conversation, as text: messages by seq, each in its newest version, the last
// page of them. static/js/log.js does the same on the page.
import { cut, fill } from "hallway/sw/cutting";

const PAGE = 50;
const ARTICLES = /(?=<article class="message)/;
const LOG = /<div class="log" id="log"[^>]*>/;

const articlesIn = (html) => html.split(ARTICLES).filter((part) => part.startsWith("<article"));
const numberOf = (article, name) => Number(new RegExp(` data-${name}="(\\d+)"`).exec(article)?.[1]);

/** @param {string} text the version of which it holds all changes */
export const versionOf = (text) => numberOf(LOG.exec(text)?.[0] ?? "", "version");

/**
 * A saved conversation with messages brought in.
 * @param {string} text
 * @param {string} html fragments as the server draws them
 * @param {{version?: number, reset?: boolean, read?: string}} [how] version: which it then holds
 *   all changes of; reset: they take the place of everything; read and seen: how far its reader
 *   has read, and the others
 */
export function withMessages(text, html, { version, reset = false, read, seen } = {}) {
  const [inside] = cut(text, "articles") ?? [""];
  const known = new Map(articlesIn(inside).map((one) => [numberOf(one, "seq"), one]));
  const first = Math.min(...known.keys());
  let hasOlder = / data-older/.test(LOG.exec(text)?.[0]);
  if (reset) known.clear();
  for (const article of articlesIn(html)) {
    const seq = numberOf(article, "seq");
    const before = known.get(seq);
    const isNews = !before || numberOf(article, "version") > numberOf(before, "version");
    // Before what is held there would be a gap.
    if (isNews && (reset || !hasOlder || seq >= first)) known.set(seq, article);
  }
  const all = [...known.keys()].sort((one, other) => one - other);
  const shown = all.slice(-PAGE);
  hasOlder = (reset ? shown.length >= PAGE / 2 : hasOlder) || shown.length < all.length;
  const values = { version, oldest: shown[0] ?? "", newest: shown.at(-1) ?? "", "read-seq": read, "seen-seq": seen };
  const log = fill(text, "articles", shown.map((seq) => known.get(seq)).join(""));
  return log?.replace(LOG, (tag) => changed(tag, values, hasOlder)) ?? text;
}

function changed(tag, values, hasOlder) {
  let now = tag.replace(/ data-older(?=[ >])/, "");
  for (const [name, value] of Object.entries(values)) {
    const written = new RegExp(` data-${name}="[^"]*"`);
    if (value !== undefined && value !== null) now = now.replace(written, ` data-${name}="${value}"`);
  }
  return hasOlder ? now.replace(/>$/, " data-older>") : now;
}
