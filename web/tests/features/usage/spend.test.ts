import { expect, test } from "vitest";
import type { Breakdown, Point, Series, Share } from "@/features/usage/queries";
import { columnsOf, slicesOf, sorted } from "@/features/usage/spend";

const DAY = 86_400;
const ZERO = {
  calls: 0,
  unpriced: 0,
  input_tokens: 0,
  cached_tokens: 0,
  cache_write_tokens: 0,
  output_tokens: 0,
  reasoning_tokens: 0,
  cost_usd: "0",
  cache_hits: 0,
  saved_usd: "0",
};
const share = (name: string, cost: string, calls = 1): Share => ({
  ...ZERO,
  name,
  cost_usd: cost,
  calls,
});
const point = (at: number, name: string, cost: string): Point => ({
  ...ZERO,
  at,
  name,
  cost_usd: cost,
});
const breakdown = (items: Share[], others: Breakdown["others"] = null): Breakdown => ({
  by: "model",
  items,
  others,
});
const series = (points: Point[]): Series => ({ step: "day", by: "model", points });
const TEN = Array.from({ length: 10 }, (_, at) => share(`m${at}`, String(10 - at)));

test("the first eight have a colour of their own, the rest one together", () => {
  const slices = slicesOf(breakdown(TEN, { ...ZERO, cost_usd: "5" }), "cost");

  expect(slices.map(({ colour }) => colour)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0]);
  expect(slices.at(-1)).toMatchObject({ name: null, share: 5 / 60 });
});

test("what has no name can be chosen all the same", () => {
  expect(slicesOf(breakdown([share("", "1")]), "cost")[0]?.name).toBe("(none)");
});

test("sorting keeps the colours and leaves all others at the end", () => {
  const slices = slicesOf(
    breakdown([share("a", "3", 1), share("b", "2", 9)], { ...ZERO, calls: 50 }),
    "cost",
  );

  expect(sorted(slices, "calls", String).map(({ name }) => name)).toEqual(["b", "a", null]);
  expect(sorted(slices, "-cost", String).map(({ colour }) => colour)).toEqual([2, 1, 0]);
});

test("a column is the sum of its parts, the greatest name at the bottom, others on top", () => {
  const slices = slicesOf(breakdown(TEN), "cost");
  const points = [point(0, "others", "0.5"), point(0, "m1", "2"), point(0, "m0", "1")];

  const [column] = columnsOf([0], series(points), slices, "cost");

  expect(column?.total).toBe(3.5);
  expect(column?.parts.map(({ name, colour }) => [name, colour])).toEqual([
    ["m0", 1],
    ["m1", 2],
    [null, 0],
  ]);
});

test("a day without calls has a column of nothing", () => {
  const slices = slicesOf(breakdown([share("a", "1")]), "cost");

  const columns = columnsOf([0, DAY], series([point(DAY, "a", "1")]), slices, "cost");

  expect(columns.map(({ total }) => total)).toEqual([0, 1]);
});

test("more than three months are drawn by the week, and nothing gets lost", () => {
  const days = Array.from({ length: 100 }, (_, at) => at * DAY);
  const slices = slicesOf(breakdown([share("a", "100")]), "cost");

  const columns = columnsOf(days, series(days.map((at) => point(at, "a", "1"))), slices, "cost");

  expect(columns).toHaveLength(15);
  expect(columns.reduce((sum, { total }) => sum + total, 0)).toBe(100);
  expect(columns[0]).toMatchObject({ at: 0, until: 6 * DAY });
});
