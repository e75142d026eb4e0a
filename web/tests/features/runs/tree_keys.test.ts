import type { KeyboardEvent } from "react";
import { describe, expect, it } from "vitest";
import { buildTimeline } from "@/features/runs/timeline";
import { parents } from "@/features/runs/tree";
import { treeKeys } from "@/features/runs/tree_keys";
import { finished, journal } from "./journal";

const { rows } = buildTimeline(
  journal(
    [1, "step.finished", "model/1", finished("model", "m", 0)],
    [3, "step.finished", "tool/1.0", finished("tool", "sql", 1)],
    [4, "step.finished", "model/2", finished("model", "m", 3)],
  ),
);

function press(key: string, at: number, collapsed: string[] = [], modifiers = {}) {
  const did: string[] = [];
  const event = {
    key,
    preventDefault: () => did.push("taken"),
    stopPropagation: () => {},
    ...modifiers,
  } as unknown as KeyboardEvent;
  treeKeys({
    rows,
    index: at,
    collapsed: new Set(collapsed),
    parents: parents(rows),
    onSelect: (selected) => did.push(`select ${selected}`),
    onToggle: (toggled) => did.push(`toggle ${toggled}`),
    onZoom: (factor) => did.push(`zoom ${factor}`),
  })(event);
  return did;
}

describe("the keys of the tree of steps", () => {
  it.each([
    ["j", 0, "select tool/1.0"],
    ["ArrowUp", 1, "select model/1"],
    ["k", 0, "select model/1"],
    ["j", 2, "select model/2"],
    ["j", -1, "select model/1"],
    ["End", 0, "select model/2"],
    ["ArrowLeft", 0, "toggle model/1"],
    ["ArrowLeft", 1, "select model/1"],
    ["=", 0, "zoom 0.5"],
    ["0", 0, "zoom null"],
  ])("%s at row %d: %s", (key, at, done) => {
    expect(press(key, at)).toEqual(["taken", done]);
  });

  it("the right arrow opens what is closed", () => {
    expect(press("ArrowRight", 0, ["model/1"])).toEqual(["taken", "toggle model/1"]);
    expect(press("ArrowRight", 0)).toEqual(["taken"]);
  });

  it("leaves other keys, and the browser's own, alone", () => {
    expect(press("x", 0)).toEqual([]);
    expect(press("j", 0, [], { ctrlKey: true })).toEqual([]);
  });
});
