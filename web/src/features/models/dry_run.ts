/** A dry run in words. */
import { count, money } from "@/lib/format";
import type { DryRun } from "./types";

export function changedWords({ items, changed, refused }: DryRun): string {
  const parts = [
    changed === 0
      ? `All ${count(items.length, "call")} would go where they went.`
      : `${count(changed)} of ${count(items.length, "call")} would go elsewhere.`,
  ];
  if (refused > 0) parts.push(`${count(refused)} of them would find no model.`);
  return parts.join(" ");
}

export interface CostChange {
  was: string;
  would: string;
  /** "-12 %"; null where the old sum says nothing. */
  change: string | null;
  isLess: boolean;
  /** How much of it is known. */
  note: string;
}

/** Null where no call has a cost that is known both ways. */
export function costChange(run: DryRun): CostChange | null {
  if (run.compared === 0) return null;
  const was = Number(run.cost_usd);
  const would = Number(run.would_cost_usd);
  const share = was === 0 ? null : (would - was) / was;
  const rest = run.items.length - run.compared;
  return {
    was: money(run.cost_usd),
    would: money(run.would_cost_usd),
    change: share === null ? null : signed(share),
    isLess: would < was,
    note: rest === 0 ? "" : `Without ${count(rest, "call")} whose cost is not known both ways.`,
  };
}

function signed(share: number): string {
  const percents = Math.round(share * 100);
  return `${percents > 0 ? "+" : percents < 0 ? "−" : "±"}${Math.abs(percents)} %`;
}
