// The page that stands for one that could not be had asks again when the server is there.
const AGAIN = 5_000;

async function look() {
  const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => undefined);
  if (answer?.ok) location.reload();
}

if (document.querySelector(".offline-page")) {
  addEventListener("online", look);
  setInterval(look, AGAIN);
}
