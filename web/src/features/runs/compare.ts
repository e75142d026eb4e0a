/** Two runs side by side: steps aligned by key, with what differs between them. */
import { canonical } from "./json";
import type { Timeline, TimelineRow } from "./timeline";

export type Difference = "input" | "output" | "status" | "cost" | "time";

export interface Pair {
  key: string;
  depth: number;
  left: TimelineRow | null;
  right: TimelineRow | null;
  differences: Difference[];
}

export interface Comparison {
  pairs: Pair[];
  same: number;
  changed: number;
  onlyLeft: number;
  onlyRight: number;
}

export function compareTimelines(left: Timeline, right: Timeline): Comparison {
  const rightByKey = new Map(right.rows.map((row) => [row.key, row]));
  const leftKeys = new Set(left.rows.map((row) => row.key));
  const pairs: Pair[] = left.rows.map((row) => pair(row, rightByKey.get(row.key) ?? null));
  right.rows.forEach((row, index) => {
    if (leftKeys.has(row.key)) return;
    pairs.splice(placeAfter(pairs, right.rows, index), 0, pair(null, row));
  });
  return {
    pairs,
    same: pairs.filter((p) => p.left !== null && p.right !== null && !isChange(p)).length,
    changed: pairs.filter((p) => p.left !== null && p.right !== null && isChange(p)).length,
    onlyLeft: pairs.filter((p) => p.right === null).length,
    onlyRight: pairs.filter((p) => p.left === null).length,
  };
}

/** Time alone always differs a little: that is not a change of what the run did. */
export function isChange(pair: Pair): boolean {
  if (pair.left === null || pair.right === null) return true;
  return pair.differences.some((difference) => difference !== "time");
}

/** A step that only the right run has stands where it stands there: after its predecessor. */
function placeAfter(pairs: Pair[], rows: readonly TimelineRow[], index: number): number {
  for (let before = index - 1; before >= 0; before--) {
    const at = pairs.findIndex((p) => p.key === rows[before]?.key);
    if (at >= 0) return at + 1;
  }
  return 0;
}

function pair(left: TimelineRow | null, right: TimelineRow | null): Pair {
  const row = left ?? right;
  return {
    key: row?.key ?? "",
    depth: row?.depth ?? 0,
    left,
    right,
    differences: left === null || right === null ? [] : differences(left, right),
  };
}

function differences(left: TimelineRow, right: TimelineRow): Difference[] {
  const found: Difference[] = [];
  if (canonical(left.input) !== canonical(right.input)) found.push("input");
  if (canonical(left.output) !== canonical(right.output)) found.push("output");
  if (left.status !== right.status) found.push("status");
  if ((left.costUsd ?? "") !== (right.costUsd ?? "")) found.push("cost");
  if (!alike(seconds(left), seconds(right))) found.push("time");
  return found;
}

function alike(a: number | null, b: number | null): boolean {
  if (a === null || b === null) return a === b;
  return Math.abs(a - b) <= Math.max(0.05, 0.25 * Math.max(a, b));
}

export function seconds(row: TimelineRow): number | null {
  return row.end === null ? null : Math.max(0, row.end - row.start);
}
