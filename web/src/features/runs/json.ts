/** Reading JSON whose shape is another program's promise: never throws, never guesses. */
export type Data = Record<string, unknown>;

export function asData(value: unknown): Data {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Data)
    : {};
}

export function asText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function asOptional(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

export function asNumber(value: unknown, otherwise: number): number {
  return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
}

export function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Keys in order at every level, so that two equal values are the same text. */
export function canonical(value: unknown, indent = 2): string {
  return JSON.stringify(sorted(value), null, indent) ?? "null";
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
