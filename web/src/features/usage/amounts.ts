/** Money and counts of usage as a person reads them. An unknown price is said, never shown as 0. */

const cents = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const whole = new Intl.NumberFormat("en");

/** Between a figure and its unit: they stay on one line. */
const GAP = "\u00a0";

export function usd(amount: string | number | null): string {
  if (amount === null) return "unknown";
  const value = Number(amount);
  const size = Math.abs(value);
  const sign = value < 0 ? "-" : "";
  if (size === 0) return "$0";
  if (size < 0.0001) return `${sign}<${GAP}$0.0001`;
  return `${sign}$${size < 1 ? size.toFixed(4) : cents.format(size)}`;
}

/** All digits that the server knows, for a tooltip. */
export function exactUsd(amount: string | null): string {
  if (amount === null) return "The price is unknown";
  const [units, places = ""] = Number(amount).toFixed(9).split(".");
  const kept = places.replace(/0+$/, "").padEnd(2, "0");
  return `$${whole.format(Number(units))}.${kept}`;
}

const SIZES = [
  { least: 1e9, sign: "B" },
  { least: 1e6, sign: "M" },
  { least: 1e4, sign: "k" },
];

/** 9,876 · 12.3 k · 4.2 M: three digits that matter. */
export function compact(value: number): string {
  const size = SIZES.find(({ least }) => value >= least);
  if (!size) return whole.format(Math.round(value));
  const scaled = value / (size.sign === "k" ? 1e3 : size.least);
  return `${scaled >= 100 ? Math.round(scaled) : scaled.toFixed(1)}${GAP}${size.sign}`;
}

/** A share from 0 to 1; what is there is never 0 %. */
export function percent(share: number): string {
  if (share > 0 && share < 0.01) return `<${GAP}1${GAP}%`;
  if (share > 0.99 && share < 1) return `>${GAP}99${GAP}%`;
  return `${Math.round(share * 100)}${GAP}%`;
}

export function milliseconds(value: number | null): string {
  if (value === null) return "–";
  if (value < 1000) return `${Math.round(value)}${GAP}ms`;
  return `${(value / 1000).toFixed(value < 10_000 ? 2 : 1)}${GAP}s`;
}

/** "12 % more than", "the same as": against the time before; null where nothing can be said. */
export function change(now: number, before: number): string | null {
  if (before === 0) return null;
  const part = (now - before) / before;
  if (Math.abs(part) < 0.005) return "the same as";
  if (part >= 9.995) return `${Math.round(now / before)} times`;
  return `${percent(Math.abs(part))} ${part > 0 ? "more" : "less"} than`;
}
