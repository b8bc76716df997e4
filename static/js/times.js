// Times in the reader's own words: every <time data-time>, and with data-zone in the time of a place.

const DAY = 86_400_000;
const made = new Map();

/** The formats of a zone; of the reader's own without one. */
function formatsOf(zone) {
  if (!made.has(zone)) made.set(zone, make(zone));
  return made.get(zone);
}

function make(timeZone) {
  const format = (options) => new Intl.DateTimeFormat(undefined, { timeZone, ...options });
  const clock = { hour: "numeric", minute: "2-digit" };
  return {
    clock: format(clock),
    elsewhere: format({ ...clock, timeZoneName: "short" }),
    weekday: format({ weekday: "long" }),
    shortWeekday: format({ weekday: "short" }),
    dayOfYear: format({ weekday: "long", month: "long", day: "numeric" }),
    shortDay: format({ month: "short", day: "numeric" }),
    month: format({ month: "short" }),
    number: format({ day: "numeric" }),
    date: format({ dateStyle: "medium" }),
    long: format({ dateStyle: "long" }),
    // Of Swedish days the year comes first: to count days and compare clocks by.
    fixed: new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" }),
  };
}

// Of a time of day by somebody else's clock, as "17:00".
const wall = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit", timeZone: "UTC" });
// Of a day without a clock, as the last one of a tenancy: the same day for readers everywhere.
const calendar = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" });

/**
 * The number of a local calendar day, rising by one from day to day.
 * @param {Date} date
 * @param {string} [zone] whose days; the reader's without it
 */
export function dayNumber(date, zone) {
  // Counted in UTC, because a local day may last 23 or 25 hours.
  if (!zone) return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY;
  return Date.parse(formatsOf(zone).fixed.format(date).slice(0, 10)) / DAY;
}

/** Whether the clocks of a zone show something else then than those of the reader. */
function isElsewhere(date, zone) {
  return zone && formatsOf(zone).fixed.format(date) !== formatsOf().fixed.format(date);
}

const lower = (word) => word.toLowerCase();

const words = {
  clock: (date, { formats, zone }) =>
    (isElsewhere(date, zone) ? formats.elsewhere : formats.clock).format(date),
  date: (date, { formats }) => formats.date.format(date),
  calendar: (date) => calendar.format(date),
  wall: (date) => wall.format(date),
  until: (date, { age, formats }) => `${age < 0 ? "tomorrow, " : ""}${formats.clock.format(date)}`,
  // Of what is to come, or was: the day, and the hour.
  moment: (date, { age, formats, thisYear }) => {
    const days = { [-1]: "Tomorrow", 0: "Today", 1: "Yesterday" };
    const soon = age < 0 && age > -7 ? formats.shortWeekday.format(date) : null;
    const day = days[age] ?? soon ?? (thisYear ? formats.shortDay : formats.date).format(date);
    return `${day}, ${formats.clock.format(date).replaceAll(" ", "\u00a0")}`;
  },
  // The same within a sentence.
  within: (date, how) => words.moment(date, how).replace(/^(Today|Tomorrow|Yesterday)/, lower),
  month: (date, { formats }) => formats.month.format(date),
  weekday: (date, { formats }) => formats.shortWeekday.format(date),
  number: (date, { formats }) => formats.number.format(date),
  row: (date, { age, formats, thisYear }) => {
    if (age === 0) return formats.clock.format(date);
    if (age === 1) return "Yesterday";
    if (age > 1 && age < 7) return formats.shortWeekday.format(date);
    return (thisYear ? formats.shortDay : formats.date).format(date);
  },
  day: (date, { age, formats, thisYear }) => {
    if (age === 0) return "Today";
    if (age === 1) return "Yesterday";
    if (age > 1 && age < 7) return formats.weekday.format(date);
    return (thisYear ? formats.dayOfYear : formats.long).format(date);
  },
};

/**
 * An instant in words.
 * @param {Date} date
 * @param {keyof words} form
 * @param {string} [zone] the one it is told in; the reader's own without it
 */
export function inWords(date, form, zone) {
  const now = new Date();
  const age = dayNumber(now, zone) - dayNumber(date, zone);
  const thisYear = now.getFullYear() === date.getFullYear();
  return (words[form] ?? words.date)(date, { age, thisYear, zone, formats: formatsOf(zone) });
}

/**
 * Put the times inside an element, or the element itself, into the reader's words.
 * @param {ParentNode} root
 */
export function localise(root) {
  const times = [...root.querySelectorAll("time[data-time]")];
  if (root instanceof Element && root.matches("time[data-time]")) times.push(root);
  for (const time of times) {
    const isWall = time.dataset.time === "wall";
    const date = new Date(isWall ? `2000-01-01T${time.dateTime}Z` : time.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    const text = inWords(date, time.dataset.time, time.dataset.zone);
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
