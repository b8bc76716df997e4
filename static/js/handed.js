// What another app shared, and the conversation it is for has not been chosen yet: in a cache of its
// own, which stays for its person like what they write.
const nameFor = (user) => `hallway-shared-of-${user}`;

/** @param {string} user the cache of what is there for them */
export const sharedOf = (user) => caches.open(nameFor(user));

/** @param {string} user */
export const forgetShared = (user) => caches.delete(nameFor(user));

/** @param {string} user whether something of that is here */
export const isShared = async (user) => caches.has(nameFor(user));
