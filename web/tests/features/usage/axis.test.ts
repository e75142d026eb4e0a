import { expect, test } from "vitest";
import { labelled, ticks, tickUsd } from "@/features/usage/axis";

test("lines stand at round figures and reach above the greatest column", () => {
  expect(ticks(1.6)).toEqual([0, 0.5, 1, 1.5, 2]);
  expect(ticks(87)).toEqual([0, 50, 100]);
  expect(ticks(0)).toEqual([0, 1]);
});

test("labels have room, and the newest column has one", () => {
  expect(labelled(30, 1000).at(-1)).toBe(29);
  expect(labelled(30, 300)).toHaveLength(5);
  expect(labelled(3, 1000)).toEqual([0, 1, 2]);
});

test("amounts on an axis have as many places as their neighbours", () => {
  expect([0, 0.5, 1].map((value) => tickUsd(value, 0.5))).toEqual(["$0.00", "$0.50", "$1.00"]);
  expect(tickUsd(0.002, 0.001)).toBe("$0.002");
  expect(tickUsd(2500, 500)).toBe("$2,500");
  expect(tickUsd(4000, 2000).replace("\u00a0", " ")).toBe("$4 k");
});
