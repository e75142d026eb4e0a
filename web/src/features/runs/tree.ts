/**
 * Rows as an indented tree. A key says where it belongs: `a/b` under `a`, and the calls of a
 * model's turn (`tool/2.0`, `gate/2.0`) under that turn (`model/2`).
 */
import type { TimelineRow } from "./timeline";

export function arrange(rows: readonly TimelineRow[]): TimelineRow[] {
  const keys = new Set(rows.map((row) => row.key));
  const children = new Map<string | null, TimelineRow[]>();
  for (const row of rows) {
    row.parent = parentKey(row.key, keys);
    children.set(row.parent, [...(children.get(row.parent) ?? []), row]);
  }
  const ordered: TimelineRow[] = [];
  const place = (parent: string | null, depth: number): void => {
    for (const row of (children.get(parent) ?? []).sort(byTime)) {
      row.depth = depth;
      ordered.push(row);
      place(row.key, depth + 1);
    }
  };
  place(null, 0);
  return ordered;
}

export function parentKey(key: string, keys: ReadonlySet<string>): string | null {
  for (let cut = key.length - 1; cut > 0; cut--) {
    const mark = key[cut];
    if ((mark === "/" || mark === ".") && keys.has(key.slice(0, cut))) return key.slice(0, cut);
  }
  const call = /^(.*?)(?:tool|gate|approval|wait|ask)\/(\d+)\.[^/]+(?:\/.*)?$/.exec(key);
  const turn = call === null ? null : `${call[1]}model/${call[2]}`;
  return turn !== null && keys.has(turn) ? turn : null;
}

function byTime(a: TimelineRow, b: TimelineRow): number {
  if (a.start !== b.start) return a.start - b.start;
  return (a.firstSeq ?? Number.MAX_SAFE_INTEGER) - (b.firstSeq ?? Number.MAX_SAFE_INTEGER);
}

export interface Shown {
  collapsed: ReadonlySet<string>;
  /** Checks of the gate that let a call pass: true on a quiet timeline is noise. */
  passedGates: boolean;
}

export function visibleRows(rows: readonly TimelineRow[], shown: Shown): TimelineRow[] {
  const hidden = new Set<string>();
  return rows.filter((row) => {
    const inside =
      row.parent !== null && (hidden.has(row.parent) || shown.collapsed.has(row.parent));
    const isNoise = !shown.passedGates && row.kind === "gate" && row.outcome !== "denied";
    if (inside || (isNoise && row.status === "done")) hidden.add(row.key);
    return !hidden.has(row.key);
  });
}

export function parents(rows: readonly TimelineRow[]): Set<string> {
  return new Set(rows.flatMap((row) => (row.parent === null ? [] : [row.parent])));
}

/** Where a person should look first: what needs them, else what broke, else nothing. */
export function firstOfInterest(rows: readonly TimelineRow[]): TimelineRow | null {
  const needy = rows.find((row) => row.status === "unknown" || row.status === "waiting");
  if (needy !== undefined) return needy;
  const failed = rows.filter((row) => row.status === "failed");
  return failed.sort((a, b) => (b.end ?? 0) - (a.end ?? 0))[0] ?? null;
}
