import { expect, test } from "vitest";
import { askedOf, isFiltered } from "@/features/audit/filter";

test("days are whole days of the person's own time", () => {
  const { since, until } = askedOf({ since: "2026-03-01", until: "2026-03-01" });

  expect(since).toBe(new Date("2026-03-01T00:00").getTime() / 1000);
  expect(Number(until) - Number(since)).toBe(86_400);
});

test("a time that is none is not asked for", () => {
  expect(askedOf({ since: "soon" }).since).toBeUndefined();
});

test("what is looked at is no filter", () => {
  expect(isFiltered({ open: "7", tab: "x" })).toBe(false);
  expect(isFiltered({ result: "refused" })).toBe(true);
});
