/** What stands between a run and its next step, and who can move it. */

import type { Run } from "@/api/types";
import type { Timeline, TimelineRow } from "./timeline";

export type Need =
  | { type: "approval"; row: TimelineRow; approvalId: string }
  | { type: "unknown"; row: TimelineRow }
  | { type: "sleep"; row: TimelineRow; until: number | null }
  | { type: "child"; row: TimelineRow; runId: string }
  | { type: "signal"; row: TimelineRow };

export function needs(run: Run, timeline: Timeline): Need[] {
  if (run.status !== "waiting" && run.status !== "running") return [];
  return timeline.rows.flatMap((row): Need[] => {
    if (row.status === "unknown") return [{ type: "unknown", row }];
    if (row.kind === "child" && row.status === "running" && row.childRunId !== null) {
      return [{ type: "child", row, runId: row.childRunId }];
    }
    if (row.status !== "waiting") return [];
    if (row.approvalId !== null) return [{ type: "approval", row, approvalId: row.approvalId }];
    if (row.kind === "sleep") return [{ type: "sleep", row, until: row.until }];
    return [{ type: "signal", row }];
  });
}

/** One true sentence about a run that is not working, or null if it is. */
export function waitingSentence(run: Run, timeline: Timeline): string | null {
  if (run.status === "queued") return sentence(run.waiting_for ?? "a free worker");
  if (run.status !== "waiting") return null;
  if (run.waiting_for !== null) return sentence(run.waiting_for);
  const reason = timeline.rows.find((row) => row.status === "waiting")?.reason;
  return reason == null ? "Waiting." : sentence(reason);
}

/** The engine says whole sentences; where it says less, this makes one of it. */
function sentence(text: string): string {
  const trimmed = text.trim();
  const isWhole = /^[A-Z]/.test(trimmed);
  const said = isWhole ? trimmed : `Waiting for ${trimmed}`;
  return /[.!?]$/.test(said) ? said : `${said}.`;
}
