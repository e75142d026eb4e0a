/**
 * The timeline: a run's journal, with what is live right now, read as rows over one time axis.
 *
 * A row is one key of the journal (a step, a wait, a sleep, a child). The journal decides;
 * live frames only open rows that the journal does not know yet.
 */

import type { Frame, RunError, RunEvent } from "@/api/types";
import { asData, asNumber, asOptional, asText } from "./json";
import { mergeApprovals } from "./timeline_approvals";
import { applyEvent } from "./timeline_events";
import { hear } from "./timeline_live";
import { arrange } from "./tree";

export type RowKind = "model" | "tool" | "code" | "gate" | "approval" | "wait" | "sleep" | "child";
export type RowStatus = "running" | "waiting" | "unknown" | "done" | "failed" | "stopped";

/** One try of a step; only the last one counts, earlier ones were cut short. */
export interface Attempt {
  start: number;
  end: number | null;
}

export interface LiveText {
  text: string;
  reasoning: string;
  output: string;
  calls: { name: string; arguments: string }[];
  progress: { text: string; fraction: number | null } | null;
}

export interface TimelineRow {
  key: string;
  parent: string | null;
  depth: number;
  kind: RowKind;
  name: string;
  status: RowStatus;
  start: number;
  end: number | null;
  attempts: Attempt[];
  /** The result comes from another run's journal: nothing acted here. */
  isRecorded: boolean;
  /** How it ended where "done" says too little: approved, denied, timed out, happened. */
  outcome: string | null;
  /** Why a wait waits, or why an outcome is unknown. */
  reason: string | null;
  until: number | null;
  by: string | null;
  note: string | null;
  input: unknown;
  output: unknown;
  error: RunError | null;
  inputTokens: number;
  outputTokens: number;
  costUsd: string | null;
  childRunId: string | null;
  approvalId: string | null;
  firstSeq: number | null;
  lastSeq: number | null;
  events: RunEvent[];
  live: LiveText | null;
}

export interface Timeline {
  rows: TimelineRow[];
  start: number;
  /** Null while the run goes on. */
  end: number | null;
  isReplay: boolean;
  /** The last sequence number that came from the run this one was forked from, or -1. */
  recordedUntil: number;
}

export function buildTimeline(
  events: readonly RunEvent[],
  frames: readonly Frame[] = [],
): Timeline {
  const birth = readBirth(events);
  const rows = new Map<string, TimelineRow>();
  let end: number | null = null;
  for (const event of events) {
    if (event.type === "signal.received") attribute(rows, event);
    else if (ENDINGS.has(event.type)) end = event.at;
    else if (event.key !== null && !event.type.startsWith("run.")) {
      readEvent(rows, event, birth);
    }
  }
  for (const frame of frames) readFrame(rows, frame, birth.at);
  const all = mergeApprovals([...rows.values()]);
  if (end !== null) for (const row of all) stop(row, end);
  rebase(all, birth.at);
  const start = all.reduce((least, row) => Math.min(least, row.start), birth.at);
  return { rows: arrange(all), start, end, ...pick(birth) };
}

const ENDINGS = new Set(["run.finished", "run.failed", "run.cancelled"]);

interface Birth {
  at: number;
  isReplay: boolean;
  recordedUntil: number;
}

function readBirth(events: readonly RunEvent[]): Birth {
  const started = events.find((event) => event.type === "run.started");
  const origin = asData(asData(started?.data)["origin"]);
  return {
    at: started?.at ?? events[0]?.at ?? 0,
    isReplay: origin["type"] === "replay",
    recordedUntil: origin["type"] === "fork" ? asNumber(origin["seq"], -1) : -1,
  };
}

function pick({ isReplay, recordedUntil }: Birth) {
  return { isReplay, recordedUntil };
}

function readEvent(rows: Map<string, TimelineRow>, event: RunEvent, birth: Birth): void {
  const key = event.key ?? "";
  const data = asData(event.data);
  const row = rows.get(key) ?? newRow(rows, key, asNumber(data["started_at"], event.at));
  applyEvent(row, event, data);
  row.events.push(event);
  row.firstSeq ??= event.seq;
  row.lastSeq = event.seq;
  row.live = null;
  row.isRecorded = birth.isReplay || data["recorded"] === true || event.seq <= birth.recordedUntil;
}

function readFrame(rows: Map<string, TimelineRow>, frame: Frame, bornAt: number): void {
  if (typeof frame.key !== "string") return;
  let row = rows.get(frame.key);
  if (frame.type === "step.started" && row === undefined) {
    row = newRow(rows, frame.key, asNumber(frame["started_at"], bornAt));
    applyEvent(row, { at: row.start, type: "step.started" }, frame);
  }
  if (row?.status === "running") row.live = hear(row.live, frame);
}

/** A signal has no row of its own: the wait that it answers says who sent it. */
function attribute(rows: Map<string, TimelineRow>, event: RunEvent): void {
  const data = asData(event.data);
  const name = asText(data["name"]);
  for (const row of rows.values()) {
    if (row.status !== "waiting" || row.name !== name) continue;
    row.by = asOptional(data["by"]) ?? asOptional(asData(data["data"])["by"]);
    row.events.push(event);
  }
}

function stop(row: TimelineRow, at: number): void {
  if (row.end !== null) return;
  row.status = "stopped";
  row.end = at;
  const last = row.attempts.at(-1);
  if (last !== undefined) last.end ??= at;
  row.live = null;
}

/**
 * A fork carries its parent's past with it. The past is drawn right before the fork's own
 * beginning, so that a day between the two takes no room.
 */
function rebase(rows: TimelineRow[], bornAt: number): void {
  const past = rows.filter((row) => row.isRecorded && row.end !== null && row.end < bornAt);
  const latest = past.reduce(
    (most, row) => Math.max(most, row.end ?? most),
    Number.NEGATIVE_INFINITY,
  );
  if (past.length === 0) return;
  const shift = bornAt - latest;
  for (const row of past) {
    row.start += shift;
    row.end = (row.end ?? latest) + shift;
    for (const attempt of row.attempts) {
      attempt.start += shift;
      attempt.end = attempt.end === null ? null : attempt.end + shift;
    }
  }
}

function newRow(rows: Map<string, TimelineRow>, key: string, start: number): TimelineRow {
  const row: TimelineRow = {
    key,
    parent: null,
    depth: 0,
    kind: "code",
    name: key,
    status: "running",
    start,
    end: null,
    attempts: [{ start, end: null }],
    isRecorded: false,
    outcome: null,
    reason: null,
    until: null,
    by: null,
    note: null,
    input: null,
    output: null,
    error: null,
    inputTokens: 0,
    outputTokens: 0,
    costUsd: null,
    childRunId: null,
    approvalId: null,
    firstSeq: null,
    lastSeq: null,
    events: [],
    live: null,
  };
  rows.set(key, row);
  return row;
}
