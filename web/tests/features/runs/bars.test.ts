import { describe, expect, it } from "vitest";
import { placeBars } from "@/features/runs/bars";
import { buildScale, WHOLE } from "@/features/runs/scale";
import { buildTimeline } from "@/features/runs/timeline";
import { BORN, finished, journal } from "./journal";

const scale = buildScale(BORN, BORN + 10);
const place = (rows: ReturnType<typeof buildTimeline>["rows"], view = WHOLE) => {
  const [row] = rows;
  if (row === undefined) throw new Error("no row");
  return placeBars(row, scale, view, BORN + 10);
};
const step = (from: number, to: number) =>
  buildTimeline(journal([to, "step.finished", "a", finished("tool", "a", from)])).rows;

describe("placeBars", () => {
  it("draws a step as its share of the axis", () => {
    const { bars, seconds } = place(step(2, 5));

    expect(bars[0]?.left).toBeCloseTo(0.2);
    expect(bars[0]?.width).toBeCloseTo(0.3);
    expect(seconds).toBeCloseTo(3);
  });

  it.each([
    [0, 5, "right"],
    [6, 10, "left"],
    [0, 10, "inside"],
  ])("the duration of a bar from %d to %d stands %s", (from, to, label) => {
    expect(place(step(from, to)).label).toBe(label);
  });

  it("cuts a bar at the edges of the view, and leaves out what is beyond", () => {
    const half = { from: 0.5, to: 1 };

    const [cut] = place(step(4, 6), half).bars;
    expect(cut?.left).toBe(0);
    expect(cut?.width).toBeCloseTo(0.2);
    expect(place(step(0, 2), half)).toMatchObject({ bars: [], label: "none" });
  });

  it("draws what is open until now, and earlier attempts apart", () => {
    const started = { kind: "tool", name: "a", input: {} };
    const { rows } = buildTimeline(
      journal([1, "step.started", "a", started], [6, "step.started", "a", started]),
    );

    expect(place(rows).bars.map((bar) => bar.isEarlier)).toEqual([true, false]);
    expect(place(rows).bars[1]?.width).toBeCloseTo(0.4);
  });
});
