/** The keys of the tree of steps: move, open, close, nearer, farther. */
import type { KeyboardEvent } from "react";
import type { TimelineRow } from "./timeline";

interface Tree {
  rows: readonly TimelineRow[];
  index: number;
  collapsed: ReadonlySet<string>;
  parents: ReadonlySet<string>;
  onSelect: (key: string | null) => void;
  onToggle: (key: string) => void;
  /** Null: the whole run. */
  onZoom: (factor: number | null) => void;
}

export function treeKeys(tree: Tree): (event: KeyboardEvent) => void {
  const { rows, index, onZoom } = tree;
  const to = (next: number) => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, next))];
    if (row) tree.onSelect(row.key);
  };
  const actions = new Map<string, () => void>([
    ["j", () => to(index + 1)],
    ["ArrowDown", () => to(index + 1)],
    ["k", () => to(index - 1)],
    ["ArrowUp", () => to(index - 1)],
    ["Home", () => to(0)],
    ["End", () => to(rows.length - 1)],
    ["ArrowLeft", () => leave(tree)],
    ["ArrowRight", () => enter(tree)],
    ["+", () => onZoom(0.5)],
    ["=", () => onZoom(0.5)],
    ["-", () => onZoom(2)],
    ["0", () => onZoom(null)],
  ]);
  return (event) => {
    const action = actions.get(event.key);
    if (action === undefined || event.metaKey || event.ctrlKey || event.altKey) return;
    event.preventDefault();
    // The list of runs has J and K too: here they move among steps.
    event.stopPropagation();
    action();
  };
}

function leave({ rows, index, collapsed, parents, onSelect, onToggle }: Tree): void {
  const row = rows[index];
  if (row === undefined) return;
  if (parents.has(row.key) && !collapsed.has(row.key)) onToggle(row.key);
  else if (row.parent !== null) onSelect(row.parent);
}

function enter({ rows, index, collapsed, onToggle }: Tree): void {
  const row = rows[index];
  if (row !== undefined && collapsed.has(row.key)) onToggle(row.key);
}
