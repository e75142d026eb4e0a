/** A journal written by hand in tests: seconds after the run's start, a type, a key, data. */
import type { Run, RunEvent } from "@/api/types";

export const BORN = 1_000_000;

export function journal(...lines: [number, string, string | null, Record<string, unknown>?][]) {
  return lines.map(
    ([after, type, key, data], seq): RunEvent => ({
      run_id: "run_1",
      seq,
      at: BORN + after,
      type,
      key,
      data: data ?? {},
    }),
  );
}

export function finished(kind: string, name: string, startedAfter: number, more = {}) {
  return { kind, name, input: {}, output: {}, started_at: BORN + startedAfter, ...more };
}

export function aRun(more: Partial<Run> = {}): Run {
  return {
    id: "run_1",
    kind: "agent",
    agent: "assistant",
    title: "Total revenue by region",
    status: "running",
    waiting_for: null,
    session_id: null,
    parent_id: null,
    workspace_id: "work",
    priority: 0,
    error: null,
    created_at: BORN,
    updated_at: BORN,
    ended_at: null,
    deadline: null,
    cost_usd: null,
    input_tokens: 0,
    output_tokens: 0,
    steps: 0,
    last_seq: 0,
    origin: null,
    ...more,
  };
}
