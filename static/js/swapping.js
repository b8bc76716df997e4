// How htmx behaves here, and what is said when it cannot reach the server.
import { inTheNameOf } from "hallway/requests";
import { toast } from "hallway/toasts";

// Between swap and settling htmx copies style attributes, which the page's policy forbids; we
// have no transitions that would need it.
if (window.htmx) window.htmx.config.defaultSettleDelay = 0;

document.addEventListener("htmx:config:request", ({ detail }) => {
  Object.assign(detail.ctx.request.headers, inTheNameOf());
});
document.addEventListener("htmx:error", ({ detail }) => {
  // fetch() says no more than this when there is no connection.
  if (detail.error instanceof TypeError && detail.ctx && !detail.ctx.response) {
    toast("Hallway can't be reached. Try again when you're back online.", { failed: true });
  }
});
