/** Prices as people read them. What nobody knows is "unknown", what costs nothing is "free". */
import type { Card, Price } from "./types";

const usd = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 8 });

/** With as many digits as the amount has: $0.10, $2.00, $0.0375. */
export function price(amount: string | null | undefined): string {
  if (amount === null || amount === undefined) return "unknown";
  return Number(amount) === 0 ? "free" : `$${usd.format(Number(amount))}`;
}

type TokenUnit =
  | "input"
  | "output"
  | "cached_input"
  | "cache_write"
  | "audio_input"
  | "audio_output";
type OtherUnit = "per_million_characters" | "per_minute" | "per_image" | "per_thousand_searches";
export type Unit = TokenUnit | OtherUnit;

/** Every unit in the order of the page, and what its amount is for. */
export const UNITS: readonly { unit: Unit; label: string; per: string }[] = [
  { unit: "input", label: "Input", per: "million tokens" },
  { unit: "cached_input", label: "Input from the cache", per: "million tokens" },
  { unit: "cache_write", label: "Written to the cache", per: "million tokens" },
  { unit: "output", label: "Output", per: "million tokens" },
  { unit: "audio_input", label: "Sound in", per: "million tokens" },
  { unit: "audio_output", label: "Sound out", per: "million tokens" },
  { unit: "per_million_characters", label: "Characters", per: "million characters" },
  { unit: "per_minute", label: "Sound", per: "minute" },
  { unit: "per_image", label: "Picture", per: "picture" },
  { unit: "per_thousand_searches", label: "Search", per: "thousand searches" },
];

export interface PriceRow {
  label: string;
  amount: string;
  per: string;
}

export function priceRows(prices: Price): PriceRow[] {
  const rows = rowsOf(prices, "");
  const tiers = prices.tiers.toSorted((a, b) => a.above_input_tokens - b.above_input_tokens);
  for (const tier of tiers) {
    rows.push(...rowsOf(tier, `, above ${tokens(tier.above_input_tokens)} of input`));
  }
  return rows;
}

function rowsOf(prices: Partial<Record<Unit, string | null>>, suffix: string): PriceRow[] {
  return UNITS.flatMap(({ unit, label, per }) => {
    const amount = prices[unit];
    if (amount === null || amount === undefined) return [];
    return [{ label: label + suffix, amount: price(amount), per }];
  });
}

const SHORT: [OtherUnit, string][] = [
  ["per_million_characters", "/M chars"],
  ["per_minute", "/min"],
  ["per_image", "/picture"],
];

/** A cell of the table. "" where the model has no such unit, as an embedding has no output. */
export function cellPrice(card: Card, unit: "input" | "output"): string {
  const prices = card.price;
  if (prices === null) return "unknown";
  const amount = prices[unit];
  if (amount !== null) return price(amount);
  const other = unit === "output" && SHORT.find(([each]) => prices[each] !== null);
  if (other) return `${price(short(prices[other[0]]))}${other[1]}`;
  return card.kind === "chat" ? "unknown" : "";
}

/** Three digits are enough to compare by; the card has them all. */
function short(amount: string | null): string | null {
  return amount === null ? null : String(Number(Number(amount).toPrecision(3)));
}

/** 128k, 1.05M: what a limit is called, not a count of anything. */
export function tokens(limit: number | null): string {
  if (limit === null) return "unknown";
  if (limit < 1_000) return String(limit);
  const [size, unit] = limit < 1_000_000 ? [1_000, "k"] : [1_000_000, "M"];
  const rounded = limit / (size as number);
  return `${rounded < 10 ? trim(rounded.toFixed(2)) : trim(rounded.toFixed(1))}${unit}`;
}

function trim(text: string): string {
  return text.replace(/\.?0+$/, "");
}

const UNIT_LABELS = new Map<string, string>(UNITS.map(({ unit, label }) => [unit, label]));
const PERS = new Map<string, string>(UNITS.map(({ unit, per }) => [unit, per]));

/** "input above 200000" of the check, in words. */
export function unitWords(unit: string): { label: string; per: string } {
  const [name = "", above] = unit.split(" above ");
  const label = UNIT_LABELS.get(name) ?? name;
  const suffix = above === undefined ? "" : `, above ${tokens(Number(above))} of input`;
  return { label: label + suffix, per: PERS.get(name) ?? "" };
}
