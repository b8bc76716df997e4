// What somebody does to a conversation for themself: mute, pin, mark read or unread, clear. Every
// act is a form (data-mark says which one); here it goes without leaving the page.
import { on, tell } from "hallway/events";
import { currentLog, isOpen } from "hallway/messages";
import { SignedOut, Unreachable, ask } from "hallway/requests";
import { isConnected } from "hallway/socket";
import { inWords } from "hallway/times";
import { toast } from "hallway/toasts";

/**
 * Do something to a conversation.
 * @param {number} thread
 * @param {string} act as in the address
 * @param {FormData} [form]
 */
async function mark(thread, act, form = new FormData()) {
  // Nothing that is on screen may read it again while it is being marked.
  if (act === "mark-unread") tell("spare", { thread });
  try {
    const answer = await ask(`/threads/${thread}/${act}`, {
      method: "POST",
      body: new URLSearchParams(form),
      headers: { Accept: "application/json" },
    });
    if (!answer.ok) return refused(answer);
    done(thread, act, JSON.parse(answer.text));
  } catch (error) {
    if (error instanceof SignedOut) return;
    if (!(error instanceof Unreachable)) throw error;
    toast("Hallway can't be reached. Try again when you're back online.", { failed: true });
  }
}

function refused(answer) {
  if (answer.status === 404) return tell("gone");
  toast(JSON.parse(answer.text).sentence, { failed: true });
}

function done(thread, act, { sentence, until }) {
  toast(until ? `Muted until ${inWords(new Date(until), "until")}.` : sentence);
  if (act === "mark-unread" && isOpen(thread)) tell("leave");
  if (act === "clear") tell("missed");
  // Over the live connection every device of theirs is told, this one too.
  if (!isConnected()) refresh([thread]);
}

function refresh(threads) {
  tell("woke");
  tell("threads", { thread_ids: threads });
}

/** The conversation a key is meant for: the one whose row has the focus, else the open one. */
function meant() {
  const row = document.activeElement?.closest(".thread-row");
  const thread = row?.dataset.threadId ?? currentLog()?.dataset.threadId;
  if (!thread) return null;
  const head = row ? null : document.querySelector(".thread-head");
  const isMuted = (row ?? head).matches(".muted, [data-muted]");
  return { thread: Number(thread), isMuted, isUnread: row?.matches(".unread") ?? false };
}

/** Ask for how long, or unmute. Returns whether there was a conversation to do it to. */
export function toggleMute() {
  const it = meant();
  if (!it) return false;
  if (it.isMuted) mark(it.thread, "unmute");
  else window.htmx.ajax("GET", `/threads/${it.thread}/mute`, { target: "#dialog" });
  return true;
}

/** Mark read what is unread, and unread what is read. Returns whether there was something. */
export function toggleRead() {
  const it = meant();
  if (it) mark(it.thread, it.isUnread ? "mark-read" : "mark-unread");
  return Boolean(it);
}

on("submit", "form[data-mark]", (form, event) => {
  // Elsewhere the form leads to the conversation.
  if (!document.querySelector(".messenger")) return;
  event.preventDefault();
  const [, thread] = form.getAttribute("action").match(/^\/threads\/(\d+)\//);
  const data = new FormData(form, event.submitter);
  form.closest("[popover]")?.hidePopover();
  form.closest("#dialog > dialog")?.close();
  mark(Number(thread), form.dataset.mark, data);
});
