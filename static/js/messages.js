// Messages as nodes: what a fragment says about itself, and where it stands in a log.

/** @param {HTMLElement} message */
export const seqOf = (message) => Number(message.dataset.seq);

/** @param {HTMLElement} message */
export const versionOf = (message) => Number(message.dataset.version);

/**
 * Whether the person who reads wrote this message.
 * @param {HTMLElement} message
 */
export const isMine = (message) => message.dataset.authorId === document.body.dataset.userId;

/** The log on screen, or null. */
export const currentLog = () => document.getElementById("log");

/**
 * Whether the log on screen is that of a thread.
 * @param {number} thread
 */
export const isOpen = (thread) => Number(currentLog()?.dataset.threadId) === thread;

/**
 * The stored messages a log shows, the oldest first; pending ones are not among them.
 * @param {Element} log
 * @returns {HTMLElement[]}
 */
export const messagesOf = (log) => [...log.querySelectorAll(":scope > .message[data-seq]")];

/**
 * The message with a seq, if the log shows it.
 * @param {Element} log
 * @param {number} seq
 * @returns {HTMLElement|null}
 */
export const find = (log, seq) => log.querySelector(`:scope > #message-${seq}`);

/**
 * The messages in a text of fragments.
 * @param {string} html
 * @returns {HTMLElement[]}
 */
export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return [...template.content.querySelectorAll(".message[data-seq]")];
}
