// What a page, or the service worker, tells all pages of one person on this device, itself included.

const listeners = new Set();
const channels = new Map();

function channelOf(user) {
  if (!channels.has(user) && globalThis.BroadcastChannel) {
    const channel = new BroadcastChannel(`hallway-${user}`);
    channel.onmessage = ({ data }) => hearOut(user, data);
    channels.set(user, channel);
  }
  return channels.get(user);
}

function hearOut(user, signal) {
  for (const act of listeners) act(user, signal);
}

/**
 * Tell everybody.
 * @param {string} user
 * @param {{type: string}} signal
 */
export function announce(user, signal) {
  hearOut(user, signal);
  channelOf(user)?.postMessage(signal);
}

/**
 * Act whenever something is announced for a person.
 * @param {string} user
 * @param {(signal: {type: string}) => void} act
 * @returns {() => void} stops listening
 */
export function listen(user, act) {
  const mine = (whose, signal) => whose === user && act(signal);
  channelOf(user);
  listeners.add(mine);
  return () => listeners.delete(mine);
}
