/** Shares and points of usage as slices of a table and columns of a chart, in the same colours. */
import { compact, usd } from "./amounts";
import { type Metric, NONE } from "./filter";
import type { Breakdown, Point, Series, Share, Totals } from "./queries";

/** As many as the eye tells apart, and as the server names in a chart. */
export const MOST_COLOURS = 8;
const WEEKS_FROM_DAYS = 93;
const WEEK = 7;

export function amountOf(totals: Totals, metric: Metric): number {
  if (metric === "cost") return Number(totals.cost_usd);
  if (metric === "calls") return totals.calls;
  return totals.input_tokens + totals.output_tokens;
}

export function sayValue(value: number, metric: Metric): string {
  return metric === "cost" ? usd(value) : compact(value);
}

export interface Slice {
  /** As filters and addresses write it; null for all others together. */
  name: string | null;
  /** 1 to 8; 0 is the colour of what has none of its own. */
  colour: number;
  totals: Totals;
  share: number;
}

/** The order of the server, which is by cost, gives the colours: sorting or filtering never repaints. */
export function slicesOf({ items, others }: Breakdown, metric: Metric): Slice[] {
  const all: (Share | (Totals & { name: null }))[] = others
    ? [...items, { ...others, name: null }]
    : items;
  const sum = all.reduce((total, share) => total + amountOf(share, metric), 0);
  return all.map((share, at) => ({
    name: share.name === null ? null : share.name || NONE,
    colour: share.name !== null && at < MOST_COLOURS ? at + 1 : 0,
    totals: share,
    share: sum > 0 ? amountOf(share, metric) / sum : 0,
  }));
}

export const SORTS = ["cost", "calls", "input", "output", "cached", "name"] as const;
export type Sort = (typeof SORTS)[number];

const SORTED: Record<Exclude<Sort, "name">, (totals: Totals) => number> = {
  cost: (totals) => Number(totals.cost_usd),
  calls: (totals) => totals.calls,
  input: (totals) => totals.input_tokens,
  output: (totals) => totals.output_tokens,
  cached: (totals) => totals.cached_tokens / Math.max(1, totals.input_tokens),
};

/** `-calls` is the least first. All others together stay at the end. */
export function sorted(slices: Slice[], sort: string, label: (name: string) => string): Slice[] {
  const id = SORTS.find((each) => each === sort.replace("-", "")) ?? "cost";
  const turn = sort.startsWith("-") ? -1 : 1;
  const order = (a: Slice, b: Slice) =>
    id === "name"
      ? label(a.name ?? "").localeCompare(label(b.name ?? ""))
      : SORTED[id](b.totals) - SORTED[id](a.totals);
  const named = slices.filter(({ name }) => name !== null);
  return [...named.sort((a, b) => turn * order(a, b)), ...slices.filter((s) => s.name === null)];
}

export interface Part {
  /** Null: all others together. */
  name: string | null;
  colour: number;
  value: number;
}

export interface Column {
  at: number;
  /** The last step that it holds: columns of a long time are weeks. */
  until: number;
  total: number;
  parts: Part[];
}

/** One column a step, also where nothing happened; the greatest part at the bottom. */
export function columnsOf(
  steps: readonly number[],
  series: Series,
  slices: readonly Slice[],
  metric: Metric,
): Column[] {
  const colours = new Map(slices.map(({ name, colour }) => [name, colour]));
  const parts = new Map<number, Map<number, Part>>();
  for (const point of series.points) {
    const part = partOf(point, colours, metric);
    const column = parts.get(point.at) ?? new Map<number, Part>();
    add(column, part);
    parts.set(point.at, column);
  }
  const columns = steps.map((at) => column(at, at, [...(parts.get(at)?.values() ?? [])]));
  return series.step === "day" && columns.length >= WEEKS_FROM_DAYS ? weeks(columns) : columns;
}

function partOf(point: Point, colours: Map<string | null, number>, metric: Metric): Part {
  const name = point.name || NONE;
  const colour = colours.get(name) ?? 0;
  return { name: colour === 0 ? null : name, colour, value: amountOf(point, metric) };
}

function add(column: Map<number, Part>, part: Part): void {
  const same = column.get(part.colour);
  column.set(part.colour, same ? { ...same, value: same.value + part.value } : part);
}

function column(at: number, until: number, all: Part[]): Column {
  const order = (colour: number) => (colour === 0 ? MOST_COLOURS + 1 : colour);
  const parts = all
    .filter(({ value }) => value > 0)
    .sort((a, b) => order(a.colour) - order(b.colour));
  return { at, until, total: parts.reduce((sum, { value }) => sum + value, 0), parts };
}

function weeks(days: Column[]): Column[] {
  const found: Column[] = [];
  for (let start = 0; start < days.length; start += WEEK) {
    const week = days.slice(start, start + WEEK);
    const sums = new Map<number, Part>();
    for (const part of week.flatMap(({ parts }) => parts)) add(sums, part);
    found.push(column(week[0]?.at ?? 0, week.at(-1)?.at ?? 0, [...sums.values()]));
  }
  return found;
}
