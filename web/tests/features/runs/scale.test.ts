import { describe, expect, it } from "vitest";
import { buildScale, idleStretches, pan, ticks, WHOLE, zoom } from "@/features/runs/scale";
import { buildTimeline } from "@/features/runs/timeline";
import { BORN, finished, journal } from "./journal";

describe("a plain scale", () => {
  const scale = buildScale(10, 20);

  it("is linear and reads back", () => {
    expect([10, 15, 20].map(scale.toShare)).toEqual([0, 0.5, 1]);
    expect(scale.toTime(0.25)).toBeCloseTo(12.5);
  });

  it("has round ticks since the start", () => {
    expect(ticks(scale, 0, 1, 0.15).map((tick) => tick.seconds)).toEqual([0, 2, 4, 6, 8, 10]);
  });

  it("has finer ticks in a nearer view, placed in the view", () => {
    const near = ticks(scale, 0.5, 0.6, 0.2);

    expect(near.map((tick) => tick.seconds)).toEqual([5, 5.2, 5.4, 5.6, 5.8, 6]);
    expect(near[0]?.share).toBeCloseTo(0);
  });

  it("a run of no length still has an axis", () => {
    const point = buildScale(5, 5);

    expect(point.toShare(5)).toBe(0);
    expect(ticks(point, 0, 1, 0.1).length).toBeGreaterThan(0);
  });
});

describe("a scale with a folded wait", () => {
  const scale = buildScale(0, 1010, [{ start: 5, end: 1005 }]);

  it("gives the work nearly all of the width", () => {
    expect(scale.toShare(5)).toBeGreaterThan(0.4);
    expect(scale.toShare(1005) - scale.toShare(5)).toBeLessThan(0.2);
  });

  it("never goes backwards and reads back", () => {
    const moments = [0, 1, 5, 300, 1005, 1007, 1010];
    const shares = moments.map(scale.toShare);

    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
    shares.forEach((share, index) => {
      expect(scale.toTime(share)).toBeCloseTo(moments[index] ?? 0, 3);
    });
  });

  it("has no tick inside the fold, and counts from its end after it", () => {
    const found = ticks(scale, 0, 1, 0.1);

    expect(found.map((tick) => [tick.seconds, tick.isAfterFold])).toEqual([
      [0, false],
      [2, false],
      [4, false],
      [0, true],
      [2, true],
      [4, true],
    ]);
    const inFold = found.filter((t) => t.share > scale.toShare(5) && t.share < scale.toShare(1005));
    expect(inFold).toEqual([]);
  });
});

describe("idleStretches", () => {
  it("finds the long wait between two pieces of work", () => {
    const { rows } = buildTimeline(
      journal(
        [2, "step.finished", "model/1", finished("model", "m", 0)],
        [2, "wait.started", "approval/1.0", { name: "approval:1", reason: "" }],
        [3602, "wait.finished", "approval/1.0", { name: "approval:1", signal: {} }],
        [3604, "step.finished", "tool/1.0", finished("tool", "shell", 3602)],
      ),
    );

    const [fold, ...more] = idleStretches(rows, BORN, BORN + 3604, BORN + 3604);

    expect(more).toEqual([]);
    expect(fold?.start).toBeCloseTo(BORN + 2.24);
    expect(fold?.end).toBeCloseTo(BORN + 3601.76);
  });

  it("folds nothing where waiting is short beside the work, or work goes on beside it", () => {
    const { rows } = buildTimeline(
      journal(
        [9, "step.finished", "model/1", finished("model", "m", 0)],
        [1, "wait.started", "w", { name: "w", reason: "" }],
        [8, "wait.finished", "w", { name: "w", signal: {} }],
        [12, "step.finished", "model/2", finished("model", "m", 11)],
      ),
    );

    expect(idleStretches(rows, BORN, BORN + 12, BORN + 12)).toEqual([]);
  });
});

describe("the view", () => {
  it("zooms around its anchor and never leaves the run", () => {
    expect(zoom(WHOLE, 0.5, 0)).toEqual({ from: 0, to: 0.5 });
    expect(zoom({ from: 0.5, to: 1 }, 4, 1)).toEqual(WHOLE);
  });

  it("pans by its own width and stops at the ends", () => {
    const view = pan({ from: 0.2, to: 0.4 }, 0.5);

    expect(view.from).toBeCloseTo(0.3);
    expect(pan(view, 99).to).toBe(1);
    expect(pan(view, 99).from).toBeCloseTo(0.8);
  });
});
