// Another tab has signed out on this device: this page goes with it.

/** Where tabs tell each other who leaves; nothing where a browser has no such place. */
export const leavers = globalThis.BroadcastChannel && new BroadcastChannel("hallway-leaving");

leavers?.addEventListener("message", ({ data }) => {
  if (data.left === document.body.dataset.userId) location.replace("/sign-in");
});
