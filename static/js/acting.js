// What is done to maintenance requests: every act is a form (data-request-act), done here without
// leaving the page.
import { on, tell } from "hallway/events";
import { SignedOut, Unreachable, ask } from "hallway/requests";
import { toast } from "hallway/toasts";

/**
 * Do something to a request.
 * @param {string} action the address, as /maintenance/12/status
 * @param {URLSearchParams} form
 * @param {HTMLFormElement} [shown] where it was filled in
 */
async function act(action, form, shown) {
  const headers = { Accept: "application/json" };
  try {
    const answer = await ask(action, { method: "POST", body: form, headers });
    if (answer.ok) done(JSON.parse(answer.text), shown);
    else refused(action, answer, shown);
  } catch (error) {
    if (error instanceof SignedOut) return;
    if (!(error instanceof Unreachable)) throw error;
    toast("Hallway can't be reached. Try again when you're back online.", { failed: true });
  }
}

function done({ sentence, undo, go }, shown) {
  shown?.closest("dialog")?.close();
  if (go) return location.assign(go);
  const { action, ...form } = undo ?? {};
  const takeBack = () => act(action, new URLSearchParams(form));
  toast(sentence, { act: undo && { label: "Undo", run: takeBack } });
  // Over the live connection everybody is told, this page too; it may be cut off.
  tell("requests", { request_ids: [] });
}

function refused(action, answer, shown) {
  const { sentence, errors = {} } = reasons(answer);
  const place = shown?.querySelector("[data-refusal]");
  if (answer.status === 422 && place) return say(place, Object.values(errors)[0] ?? sentence);
  // Over the page a notice would lie under it.
  shown?.closest("dialog")?.close();
  const href = action.match(/^\/maintenance\/\d+/) + "#timeline";
  toast(sentence, { failed: true, act: answer.status === 409 && { label: "Show", href } });
  tell("requests", { request_ids: [] });
}

/** Why not; what failed altogether is answered with a page. */
function reasons({ headers, text }) {
  const isData = headers.get("Content-Type")?.startsWith("application/json");
  return isData ? JSON.parse(text) : { sentence: "Something broke on our side. Try again." };
}

function say(place, sentence) {
  place.hidden = false;
  place.querySelector("span").textContent = sentence;
}

on("submit", "form[data-request-act]", (form, event) => {
  event.preventDefault();
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  for (const menu of form.querySelectorAll("[popover]:popover-open")) menu.hidePopover();
  const data = new URLSearchParams(new FormData(form, event.submitter));
  act(form.getAttribute("action"), data, form).finally(() => (form.ariaBusy = null));
});
