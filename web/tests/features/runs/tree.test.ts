import { describe, expect, it } from "vitest";
import { buildTimeline } from "@/features/runs/timeline";
import { firstOfInterest, parentKey, parents, visibleRows } from "@/features/runs/tree";
import { finished, journal } from "./journal";

const TURN = buildTimeline(
  journal(
    [1, "step.finished", "model/1", finished("model", "m", 0)],
    [1, "step.finished", "gate/1.0", finished("gate", "sql", 1, { output: { effect: "allow" } })],
    [1, "step.finished", "gate/1.1", finished("gate", "shell", 1, { output: { effect: "deny" } })],
    [3, "step.finished", "tool/1.0", finished("tool", "sql", 1)],
  ),
);

describe("parentKey", () => {
  it.each([
    ["tool/1.0", ["model/1"], "model/1"],
    ["gate/12.3", ["model/12"], "model/12"],
    ["tool/1.0", [], null],
    ["fetch/page/2", ["fetch", "fetch/page"], "fetch/page"],
    ["team/a/tool/1.0", ["team/a/model/1"], "team/a/model/1"],
    ["model/2", ["model/1"], null],
  ])("%s among %j belongs to %s", (key, keys, parent) => {
    expect(parentKey(key, new Set(keys))).toBe(parent);
  });
});

describe("visibleRows", () => {
  const all = { collapsed: new Set<string>(), passedGates: true };

  it("leaves out checks that passed, never those that denied", () => {
    const rows = visibleRows(TURN.rows, { ...all, passedGates: false });

    expect(rows.map((row) => row.key)).toEqual(["model/1", "gate/1.1", "tool/1.0"]);
  });

  it("hides everything under a collapsed row", () => {
    const rows = visibleRows(TURN.rows, { ...all, collapsed: new Set(["model/1"]) });

    expect(rows.map((row) => row.key)).toEqual(["model/1"]);
    expect([...parents(TURN.rows)]).toEqual(["model/1"]);
  });
});

describe("firstOfInterest", () => {
  it("prefers what waits for a person to what failed", () => {
    const timeline = buildTimeline(
      journal(
        [1, "step.failed", "a", { kind: "tool", name: "a", error: {} }],
        [2, "wait.started", "b", { name: "approval:1", reason: "" }],
      ),
    );

    expect(firstOfInterest(timeline.rows)?.key).toBe("b");
  });

  it("is the last step that failed", () => {
    const timeline = buildTimeline(
      journal(
        [1, "step.failed", "a", { kind: "tool", name: "a", error: {} }],
        [2, "step.failed", "b", { kind: "tool", name: "b", error: {} }],
        [3, "run.failed", null, { error: {} }],
      ),
    );

    expect(firstOfInterest(timeline.rows)?.key).toBe("b");
  });

  it("is nothing where all went well", () => {
    expect(firstOfInterest(TURN.rows)).toBeNull();
  });
});
