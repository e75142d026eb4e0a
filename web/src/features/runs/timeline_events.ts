/** What each event of the journal does to the row of its key. */
import { asData, asNumber, asOptional, asText, type Data } from "./json";
import type { RowKind, RowStatus, TimelineRow } from "./timeline";

interface Moment {
  at: number;
  type: string;
}

type Change = (row: TimelineRow, at: number, data: Data) => void;

export function applyEvent(row: TimelineRow, event: Moment, data: Data): void {
  CHANGES[event.type]?.(row, event.at, data);
}

const STEP_KINDS = new Set<string>(["model", "tool", "code", "gate", "approval", "child"]);

const CHANGES: Record<string, Change> = {
  "step.started": (row, at, data) => {
    name(row, data);
    begin(row, asNumber(data["started_at"], at));
    row.status = "running";
  },
  "step.finished": (row, at, data) => {
    name(row, data);
    spend(row, data);
    row.output = data["output"] ?? null;
    row.name = answeredBy(row);
    row.outcome = verdict(row);
    close(row, at, saysError(row) ? "failed" : "done");
  },
  "step.failed": (row, at, data) => {
    name(row, data);
    spend(row, data);
    row.error = problem(data["error"]);
    close(row, at, "failed");
  },
  "step.unknown": (row, at, data) => {
    name(row, data);
    row.reason = asOptional(data["reason"]);
    row.status = "unknown";
    const last = row.attempts.at(-1);
    if (last !== undefined) last.end ??= at;
  },
  "step.resolved": (row, at, data) => resolve(row, at, data),
  "wait.started": (row, at, data) => {
    row.name = asText(data["name"]) || row.key;
    row.approvalId = row.name.startsWith("approval:") ? row.name.slice(9) : null;
    row.kind = row.approvalId === null ? "wait" : "approval";
    row.reason = asOptional(data["reason"]);
    row.until = typeof data["until"] === "number" ? data["until"] : null;
    open(row, at);
  },
  "wait.finished": (row, at, data) => {
    const signal = asData(data["signal"]);
    const answer = asData(signal["data"]);
    row.output = data["signal"] ?? null;
    row.outcome = data["signal"] == null ? "timed out" : decision(row, answer);
    row.by ??= asOptional(answer["by"]) ?? asOptional(answer["decided_by"]);
    row.note = asOptional(answer["note"]);
    close(row, at, "done");
  },
  "sleep.started": (row, at, data) => {
    row.kind = "sleep";
    row.name = "sleep";
    row.until = typeof data["until"] === "number" ? data["until"] : null;
    open(row, at);
  },
  "sleep.finished": (row, at) => close(row, at, "done"),
  "child.started": (row, at, data) => {
    row.kind = "child";
    row.name = asText(data["title"]) || row.key;
    row.childRunId = asOptional(data["run_id"]);
    begin(row, at);
  },
  "child.finished": (row, at, data) => {
    row.kind = "child";
    row.childRunId = asOptional(data["run_id"]) ?? row.childRunId;
    row.output = data["output"] ?? null;
    row.error = data["error"] == null ? null : problem(data["error"]);
    close(row, at, childStatus(asText(data["status"])));
  },
};

function name(row: TimelineRow, data: Data): void {
  const kind = asText(data["kind"]);
  if (kind !== "") row.kind = STEP_KINDS.has(kind) ? (kind as RowKind) : "code";
  row.name = asText(data["name"]) || row.name;
  if (data["input"] !== undefined) row.input = data["input"];
}

/** "default" stands for a model: the answer tells which one it was. */
function answeredBy(row: TimelineRow): string {
  const model = row.kind === "model" ? asText(asData(row.output)["model"]) : "";
  return model || row.name;
}

/** A second beginning of the same key is another attempt: the first one was cut short. */
function begin(row: TimelineRow, at: number): void {
  const last = row.attempts.at(-1);
  if (row.events.length > 0 && last !== undefined) {
    last.end ??= at;
    row.attempts.push({ start: at, end: null });
  }
}

function open(row: TimelineRow, at: number): void {
  begin(row, at);
  row.status = "waiting";
}

function close(row: TimelineRow, at: number, status: RowStatus): void {
  row.status = status;
  row.end = at;
  const last = row.attempts.at(-1);
  if (last !== undefined) last.end = Math.max(at, last.start);
}

function resolve(row: TimelineRow, at: number, data: Data): void {
  row.outcome = RESOLUTIONS[asText(data["outcome"])] ?? asText(data["outcome"]);
  row.by = asOptional(data["by"]);
  if (data["outcome"] === "did_not_happen") row.status = "running";
  else if (data["outcome"] === "happened") {
    row.output = data["output"] ?? null;
    close(row, at, "done");
  } else {
    row.error = { code: "abandoned", detail: "A person gave this step up." };
    close(row, at, "failed");
  }
}

const RESOLUTIONS: Record<string, string> = {
  happened: "it had happened",
  did_not_happen: "it had not happened",
  abandon: "given up",
};

function decision(row: TimelineRow, answer: Data): string | null {
  if (row.kind !== "approval") return null;
  const said = asText(answer["decision"]) || asText(answer["status"]);
  return DECISIONS[said] ?? (said || null);
}

const DECISIONS: Record<string, string> = {
  approve: "approved",
  deny: "denied",
  edit: "approved with changes",
  edited: "approved with changes",
};

function verdict(row: TimelineRow): string | null {
  if (row.kind !== "gate") return row.outcome;
  const effect = asOptional(asData(row.output)["effect"]);
  return effect === null ? null : (EFFECTS[effect] ?? effect);
}

const EFFECTS: Record<string, string> = { allow: "allowed", ask: "asks a person", deny: "denied" };

function saysError(row: TimelineRow): boolean {
  return row.kind === "tool" && asData(row.output)["is_error"] === true;
}

function childStatus(status: string): RowStatus {
  if (status === "done") return "done";
  return status === "cancelled" ? "stopped" : "failed";
}

function problem(value: unknown): { code: string; detail: string } {
  const data = asData(value);
  return { code: asText(data["code"]) || "failed", detail: asText(data["detail"]) };
}

function spend(row: TimelineRow, data: Data): void {
  const usage = asData(data["usage"]);
  row.inputTokens += asNumber(usage["input_tokens"], 0);
  row.outputTokens += asNumber(usage["output_tokens"], 0);
  const cost = data["cost_usd"] ?? usage["cost_usd"];
  if (typeof cost === "string" || typeof cost === "number") row.costUsd = String(cost);
}
