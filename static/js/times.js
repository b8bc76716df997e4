// Times in the reader's own words: every <time data-time="clock|row|day|date|calendar|until">.

const DAY = 86_400_000;
const formats = {
  clock: new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" }),
  weekday: new Intl.DateTimeFormat(undefined, { weekday: "long" }),
  shortWeekday: new Intl.DateTimeFormat(undefined, { weekday: "short" }),
  dayOfYear: new Intl.DateTimeFormat(undefined, { weekday: "long", month: "long", day: "numeric" }),
  shortDay: new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" }),
  date: new Intl.DateTimeFormat(undefined, { dateStyle: "medium" }),
  // Of a day without a clock, as the last one of a tenancy: the same day for readers everywhere.
  calendar: new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" }),
  long: new Intl.DateTimeFormat(undefined, { dateStyle: "long" }),
};

/**
 * The number of a local calendar day, rising by one from day to day.
 * @param {Date} date
 */
export function dayNumber(date) {
  // Counted in UTC, because a local day may last 23 or 25 hours.
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY;
}

const words = {
  clock: (date) => formats.clock.format(date),
  date: (date) => formats.date.format(date),
  calendar: (date) => formats.calendar.format(date),
  until: (date, age) => `${age < 0 ? "tomorrow, " : ""}${formats.clock.format(date)}`,
  row: (date, age, thisYear) => {
    if (age === 0) return formats.clock.format(date);
    if (age === 1) return "Yesterday";
    if (age > 1 && age < 7) return formats.shortWeekday.format(date);
    return (thisYear ? formats.shortDay : formats.date).format(date);
  },
  day: (date, age, thisYear) => {
    if (age === 0) return "Today";
    if (age === 1) return "Yesterday";
    if (age > 1 && age < 7) return formats.weekday.format(date);
    return (thisYear ? formats.dayOfYear : formats.long).format(date);
  },
};

/**
 * An instant in words.
 * @param {Date} date
 * @param {"clock"|"row"|"day"|"date"|"calendar"|"until"} form
 */
export function inWords(date, form) {
  const now = new Date();
  const age = dayNumber(now) - dayNumber(date);
  return (words[form] ?? words.date)(date, age, now.getFullYear() === date.getFullYear());
}

/**
 * Put the times inside an element, or the element itself, into the reader's words.
 * @param {ParentNode} root
 */
export function localise(root) {
  const times = [...root.querySelectorAll("time[data-time]")];
  if (root instanceof Element && root.matches("time[data-time]")) times.push(root);
  for (const time of times) {
    const date = new Date(time.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    const text = inWords(date, time.dataset.time);
    if (time.textContent !== text) time.textContent = text;
  }
}

let shownDay = dayNumber(new Date());
function turnPage() {
  const today = dayNumber(new Date());
  if (today !== shownDay) localise(document);
  shownDay = today;
}

function waitForMidnight() {
  const now = new Date();
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
  setTimeout(() => {
    turnPage();
    waitForMidnight();
  }, midnight - now + 500);
}

localise(document);
waitForMidnight();
// Timers do not run while a device sleeps.
document.addEventListener("visibilitychange", turnPage);
// Whatever arrives later, by whichever way; a record is delivered before the next paint.
new MutationObserver((records) => {
  for (const { target, addedNodes } of records) {
    for (const node of addedNodes) if (node instanceof Element) localise(node);
    // A morph may put the server's words back into a time that stays.
    if (target instanceof Element && target.matches("time[data-time]")) localise(target);
    const time = target.nodeType === Node.TEXT_NODE ? target.parentElement : null;
    if (time?.matches("time[data-time]")) localise(time);
  }
}).observe(document, {
  childList: true,
  subtree: true,
  characterData: true,
  attributes: true,
  attributeFilter: ["datetime"],
});
