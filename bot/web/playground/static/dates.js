// Dates and times as the reader's language writes them, in the book's own time zone.

import { locale, word } from "./words.js";

const language = locale.replace("_", "-");
let zone = "UTC";

/** Every later answer is in this IANA zone. */
export function setZone(name) {
  zone = name;
}

function written(at, options) {
  return new Intl.DateTimeFormat(language, { timeZone: zone, ...options }).format(at);
}

/** The calendar day of an instant as YYYY-MM-DD. */
export function dayKey(at) {
  return new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(at);
}

/** The time of day; Slack writes it the reader's way, WeCom always in 24 hours. */
export function timeOfDay(at, platform) {
  const twelve = platform === "slack" && locale === "en";
  return twelve
    ? written(at, { hour: "numeric", minute: "2-digit" })
    : written(at, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** The day for a divider between messages, seen from the book's own now. */
export function dayName(at, now) {
  const key = dayKey(at);
  if (key === dayKey(now)) return word("talk.today");
  if (key === dayKey(new Date(now - 86_400_000))) return word("talk.yesterday");
  return written(at, { weekday: "long", month: "long", day: "numeric" });
}

/** Date, weekday and time for the clock, and for the list when a day has passed. */
export function clockFace(at) {
  return {
    day: written(at, { weekday: "short", year: "numeric", month: "short", day: "numeric" }),
    time: written(at, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
  };
}

/** A short stamp for a chat list: the time today, otherwise the day. */
export function stamp(at, now) {
  if (dayKey(at) === dayKey(now)) return timeOfDay(at, "wecom");
  return written(at, { month: "numeric", day: "numeric" });
}
