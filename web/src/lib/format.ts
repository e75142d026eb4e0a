/** Numbers as a person reads them. Everything takes the API's units: seconds, bytes, USD as text. */
import { regional } from "./region";

export function duration(seconds: number): string {
  if (seconds < 0) return "0 ms";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}

/** Unknown is said, never shown as 0. */
export function money(usd: string | null | undefined): string {
  if (usd === null || usd === undefined) return "unknown";
  const amount = Number(usd);
  if (amount === 0) return "free";
  if (amount < 0.0001) return "< $0.0001";
  return `$${amount.toFixed(amount < 1 ? 4 : 2)}`;
}

const grouped = new Intl.NumberFormat("en");

export function count(value: number, noun?: string): string {
  const text = grouped.format(value);
  return noun ? `${text} ${noun}${value === 1 ? "" : "s"}` : text;
}

export function bytes(size: number): string {
  if (size < 1000) return `${size} B`;
  if (size < 1_000_000) return `${(size / 1000).toFixed(size < 10_000 ? 1 : 0)} kB`;
  if (size < 1_000_000_000) return `${(size / 1_000_000).toFixed(1)} MB`;
  return `${(size / 1_000_000_000).toFixed(1)} GB`;
}

const clock = regional({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = regional({ day: "numeric", month: "short" });
const dayOfYear = regional({ day: "numeric", month: "short", year: "numeric" });
const exact = regional({ dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" });

/** 14:05 today, 3 Nov this year, 3 Nov 2025 before. */
export function moment(at: number, now = Date.now() / 1000): string {
  const then = new Date(at * 1000);
  const today = new Date(now * 1000);
  if (dayOfYear().format(then) === dayOfYear().format(today)) return clock().format(then);
  return (isSameYear(then, today) ? day() : dayOfYear()).format(then);
}

const year = regional({ year: "numeric" });

function isSameYear(one: Date, other: Date): boolean {
  return year().format(one) === year().format(other);
}

export function exactMoment(at: number): string {
  return exact().format(new Date(at * 1000));
}

/** "now", "5 min ago", "3 h ago", then the date. */
export function ago(at: number, now = Date.now() / 1000): string {
  const seconds = now - at;
  if (seconds < 45) return "now";
  if (seconds < 3570) return `${Math.max(1, Math.round(seconds / 60))} min ago`;
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h ago`;
  return moment(at, now);
}
