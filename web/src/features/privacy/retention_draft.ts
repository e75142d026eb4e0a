/** Days as somebody types them, and what of it is new. */
import { count } from "@/lib/format";
import type { DataClass, Days } from "./queries";

/** The text of a field; null: for ever. */
export type Typed = Record<string, string | null>;

/** As it counts now. */
export function typedOf({ days }: DataClass): string | null {
  return days === null ? null : String(days);
}

/** What is wrong with the days of a class; null: nothing. */
export function faultOfDays(
  text: string | null,
  { least_days, most_days }: DataClass,
): string | null {
  if (text === null) return null;
  const days = Number(text);
  const isRight = text.trim() !== "" && Number.isInteger(days);
  if (isRight && days >= least_days && days <= most_days) return null;
  return `A whole number of days from ${count(least_days)} to ${count(most_days)}.`;
}

/** What would be sent: the classes that are to be kept longer or shorter than now. */
export function changesOf(typed: Typed, classes: readonly DataClass[]): Days {
  const changed = classes.filter(({ key, ...each }) => {
    const text = typed[key];
    return text !== undefined && text !== typedOf({ key, ...each });
  });
  return Object.fromEntries(
    changed.map((each) => [each.key, sentOf(typed[each.key] ?? null, each)]),
  );
}

function sentOf(text: string | null, { default_days }: DataClass): Days[string] {
  const days = text === null ? null : Number(text);
  if (days === default_days) return "default";
  return days ?? "forever";
}

/** "for ever", "90 days". */
export function daysWords(days: number | null): string {
  return days === null ? "for ever" : count(days, "day");
}

const MOST_COUNTED = 1_000_000;

/** Counted up to a million. */
export function rowsWords(rows: number): string {
  return rows >= MOST_COUNTED ? `${count(MOST_COUNTED)} or more` : count(rows);
}
