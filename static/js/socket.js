// The one live connection of a page. What it hears is told on; what others do with it is theirs.
import { tell } from "hallway/events";
import { ask, quietly } from "hallway/requests";

const AGAIN = 5_000;
const HEARD = {
  "badge:changed": "badge",
  "threads:changed": "threads",
  "requests:changed": "requests",
  "access:changed": "access",
  "typing:started": "typing",
  "read:changed": "read",
};

let socket = null;
let timer = 0;
let wasRefused = false;

/** Whether what happens arrives by itself now. */
export const isConnected = () => socket?.connected === true;

/**
 * Say something to the server; lost when there is no connection.
 * @param {string} event
 * @param {object} payload
 */
export function say(event, payload) {
  if (isConnected()) socket.emit(event, payload);
}

// The server refused the handshake, or let this page go: the session may be over. At first asked
// at once, because what a device shows of its own may be somebody's no longer.
function askAgain() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    quietly(async () => {
      await ask("/badge");
    }).then(connectNow);
  }, wasRefused ? AGAIN : 0);
  wasRefused = true;
}

// A fresh attempt, instead of waiting for the next of a row of failing ones.
function connectNow() {
  if (isConnected() || document.visibilityState === "hidden") return;
  socket.disconnect();
  socket.connect();
}

/** Connect, and stay connected, as soon as the library is there: what is shown does not wait for it. */
export function connect() {
  if (window.io) open();
  // A page that is being left may have lost it with what the device kept.
  else document.getElementById("socket-library")?.addEventListener("load", open);
}

function open() {
  socket = window.io({
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    reconnectionDelay: 500,
    reconnectionDelayMax: 3_000,
  });
  for (const [event, name] of Object.entries(HEARD)) {
    socket.on(event, (payload) => tell(name, payload));
  }
  socket.on("message:created", (payload) => tell("message", { ...payload, kind: "created" }));
  socket.on("message:changed", (payload) => tell("message", { ...payload, kind: "changed" }));
  socket.on("session:ended", () => tell("signed-out"));
  socket.on("connect", () => {
    clearTimeout(timer);
    wasRefused = false;
    tell("connected");
  });
  socket.on("connect_error", () => {
    if (!socket.active) askAgain();
  });
  socket.on("disconnect", (reason) => {
    tell("disconnected");
    if (reason === "io server disconnect") askAgain();
  });
}

document.addEventListener("visibilitychange", () => socket && connectNow());
addEventListener("online", () => socket && connectNow());
// A page with an open connection could not be kept for the way back. One that is only being opened
// ends with the page; ended here, Chromium would complain.
addEventListener("pagehide", () => isConnected() && socket.disconnect());
addEventListener("pageshow", (event) => {
  if (event.persisted) socket?.connect();
});
