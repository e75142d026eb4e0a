import { describe, expect, it } from "vitest";
import { compareTimelines } from "@/features/runs/compare";
import { buildTimeline } from "@/features/runs/timeline";
import { finished, journal } from "./journal";

const step = (key: string, start: number, end: number, more = {}) =>
  [end, "step.finished", key, finished("tool", key, start, more)] as [
    number,
    string,
    string,
    Record<string, unknown>,
  ];

describe("compareTimelines", () => {
  it("aligns steps by key and names what differs", () => {
    const left = buildTimeline(
      journal(step("a", 0, 1), step("b", 1, 2, { output: { n: 1 }, cost_usd: "0.01" })),
    );
    const right = buildTimeline(
      journal(step("a", 0, 1), step("b", 1, 5, { output: { n: 2 }, cost_usd: "0.02" })),
    );

    const comparison = compareTimelines(left, right);

    expect(comparison.pairs.map((pair) => [pair.key, pair.differences])).toEqual([
      ["a", []],
      ["b", ["output", "cost", "time"]],
    ]);
    expect(comparison).toMatchObject({ same: 1, changed: 1, onlyLeft: 0, onlyRight: 0 });
  });

  it("puts a step that only one run has where that run has it", () => {
    const left = buildTimeline(journal(step("a", 0, 1), step("c", 2, 3)));
    const right = buildTimeline(journal(step("a", 0, 1), step("b", 1, 2), step("d", 2, 3)));

    const comparison = compareTimelines(left, right);

    expect(comparison.pairs.map((pair) => pair.key)).toEqual(["a", "b", "d", "c"]);
    expect(comparison).toMatchObject({ same: 1, onlyLeft: 1, onlyRight: 2 });
  });

  it("the order of an object's names is no difference, nor is a little time", () => {
    const left = buildTimeline(journal(step("a", 0, 1, { input: { x: 1, y: 2 } })));
    const right = buildTimeline(journal(step("a", 0, 1.1, { input: { y: 2, x: 1 } })));

    expect(compareTimelines(left, right).pairs[0]?.differences).toEqual([]);
  });
});
