/** The time that the page is about, as it stands in the address. Days are UTC, as the server sums them up. */

const DAY = 86_400;
const HOURS_UP_TO_DAYS = 2;
const DEFAULT = "30d";

export const SPANS = [
  { id: "1d", label: "Today", before: "yesterday by this hour" },
  { id: "7d", label: "7 days", before: "the 7 days before" },
  { id: "30d", label: "30 days", before: "the 30 days before" },
  { id: "month", label: "This month", before: "last month by this day" },
  { id: "own", label: "Own dates", before: "the same time before" },
] as const;

export type SpanId = (typeof SPANS)[number]["id"];

export interface SpanSearch {
  span?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
}

export interface Span {
  id: SpanId;
  /** Whole days: the first and the last that count. */
  first: string;
  last: string;
  /** Seconds since 1970; `to` does not count any more. */
  from: number;
  to: number;
  days: number;
  step: "day" | "hour";
}

export function dayOf(at: number): string {
  return new Date(at * 1000).toISOString().slice(0, 10);
}

/** The start of a day in seconds, or null if the text is none. */
export function readDay(text: string | undefined): number | null {
  if (text === undefined || !/^\d{4}-\d\d-\d\d$/.test(text)) return null;
  const at = Date.parse(`${text}T00:00:00Z`) / 1000;
  return Number.isNaN(at) || dayOf(at) !== text ? null : at;
}

export function spanOf(search: SpanSearch, now: number): Span {
  const id = SPANS.find((each) => each.id === search.span)?.id ?? DEFAULT;
  const today = now - (now % DAY);
  if (id !== "own") return made(id, startOf(id, today), today);
  const first = readDay(search.since);
  const last = readDay(search.until);
  if (first === null || last === null || first > last)
    return made(DEFAULT, today - 29 * DAY, today);
  return made("own", first, last);
}

function startOf(id: SpanId, today: number): number {
  if (id === "month") return Date.parse(`${dayOf(today).slice(0, 7)}-01T00:00:00Z`) / 1000;
  return today - (Number.parseInt(id, 10) - 1) * DAY;
}

function made(id: SpanId, first: number, last: number): Span {
  const days = Math.round((last - first) / DAY) + 1;
  return {
    id,
    first: dayOf(first),
    last: dayOf(last),
    from: first,
    to: last + DAY,
    days,
    step: days <= HOURS_UP_TO_DAYS ? "hour" : "day",
  };
}

/** Every step of the span that has begun. */
export function stepsOf(span: Span, now: number): number[] {
  const seconds = span.step === "day" ? DAY : DAY / 24;
  const end = Math.min(span.to, now);
  const count = Math.max(0, Math.ceil((end - span.from) / seconds));
  return Array.from({ length: count }, (_, at) => span.from + at * seconds);
}

/** As a question to the server. A span of whole days is answered from its sums by day. */
export function askOf({ first, last }: Pick<Span, "first" | "last">) {
  return { since: first, until: last };
}

/**
 * The same length of time before, as far as the present one has got: half a day is not put
 * beside a whole one. Where single calls are not kept that long, whole days have to do.
 */
export function askBefore(span: Span, now: number, keptDays: number) {
  const from = span.id === "month" ? monthBefore(span.from) : span.from - span.days * DAY;
  const elapsed = Math.min(now, span.to) - span.from;
  const until = Math.floor(Math.min(span.from, from + elapsed));
  const isKept = now - from < keptDays * DAY;
  if (until % DAY === 0 || !isKept) return { since: dayOf(from), until: dayOf(until - 1) };
  return { since: dayOf(from), until: new Date(until * 1000).toISOString() };
}

function monthBefore(first: number): number {
  return Date.parse(`${dayOf(first - DAY).slice(0, 7)}-01T00:00:00Z`) / 1000;
}

export function beforeWords(span: Span): string {
  return SPANS.find(({ id }) => id === span.id)?.before ?? "";
}

const short = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" });
const full = new Intl.DateTimeFormat("en", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});
const hour = new Intl.DateTimeFormat("en", {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

/** Under the axis: 3 Nov, or 14:00 by the clock of the reader. */
export function shortTime(at: number, step: "day" | "hour"): string {
  return (step === "day" ? short : hour).format(new Date(at * 1000));
}

export function fullTime(at: number, step: "day" | "hour"): string {
  const date = new Date(at * 1000);
  return step === "day" ? full.format(date) : `${short.format(date)}, ${hour.format(date)}`;
}

const second = new Intl.DateTimeFormat("en", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const minute = new Intl.DateTimeFormat("en", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

/** Of one call, by the clock of the reader: the second today, the minute before. */
export function callTime(at: number, now: number): string {
  const then = new Date(at * 1000);
  const isToday = then.toDateString() === new Date(now * 1000).toDateString();
  return (isToday ? second : minute).format(then);
}

export function spanWords({ first, last }: Pick<Span, "first" | "last">): string {
  const say = (day: string) => short.format(new Date(`${day}T00:00:00Z`));
  return first === last ? say(first) : `${say(first)} – ${say(last)}`;
}
