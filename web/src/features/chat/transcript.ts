/** A run's journal as a conversation shows it: what was said, done and asked, in order. */
import type { FileRef, RunEvent } from "@/api/types";
import type { LiveStep, RunLog } from "./run_log";

export type StepStatus = "running" | "done" | "failed" | "unknown";

export interface StepItem {
  type: "step";
  key: string;
  kind: string;
  name: string;
  status: StepStatus;
  input: unknown;
  /** What the tool answered, or why it failed. */
  text: string;
  files: FileRef[];
  startedAt: number | null;
  endedAt: number | null;
  progress: LiveStep["progress"];
  childRunId: string | null;
}

export interface TextItem {
  type: "text";
  key: string;
  text: string;
  reasoning: string;
  isLive: boolean;
}

export interface ApprovalItem {
  type: "approval";
  key: string;
  approvalId: string;
  /** Null while it waits. */
  decision: string | null;
}

export type Item = StepItem | TextItem | ApprovalItem;

type Data = Record<string, unknown>;

/** What an agent does besides (looking back, asking the gate) is for the run's own page. */
const SHOWN_KINDS = new Set(["model", "tool", "child"]);
const APPROVAL = "approval:";

export function transcript(log: RunLog): Item[] {
  const items = new Map<string, Item>();
  for (const event of log.events) readEvent(items, event);
  for (const step of log.live.values()) readLive(items, step);
  return [...items.values()].filter(isWorthShowing);
}

function isWorthShowing(item: Item): boolean {
  return (
    item.type !== "text" || item.isLive || item.text.trim() !== "" || item.reasoning.trim() !== ""
  );
}

function readEvent(items: Map<string, Item>, event: RunEvent): void {
  const { key, type } = event;
  const data = asData(event.data);
  if (key === null) return;
  if (type.startsWith("step.")) readStep(items, event, key, data);
  else if (type === "wait.started" && text(data["name"]).startsWith(APPROVAL)) {
    const approvalId = text(data["name"]).slice(APPROVAL.length);
    items.set(`wait ${key}`, { type: "approval", key, approvalId, decision: null });
  } else if (type === "wait.finished") {
    const item = items.get(`wait ${key}`);
    if (item?.type === "approval")
      items.set(`wait ${key}`, { ...item, decision: decisionOf(data["signal"]) });
  } else if (type === "child.started") {
    items.set(
      key,
      newStep(key, {
        kind: "child",
        name: text(data["title"]),
        startedAt: event.at,
        childRunId: text(data["run_id"]),
      }),
    );
  } else if (type === "child.finished") {
    const item = items.get(key);
    if (item?.type !== "step") return;
    const isDone = data["status"] === "done";
    items.set(key, {
      ...item,
      status: isDone ? "done" : "failed",
      endedAt: event.at,
      text: detail(data["error"]),
    });
  }
}

function readStep(items: Map<string, Item>, event: RunEvent, key: string, data: Data): void {
  const before = items.get(key);
  const kind = text(data["kind"]) || (before?.type === "step" ? before.kind : "");
  if (!SHOWN_KINDS.has(kind)) return;
  if (kind === "model") {
    if (event.type === "step.finished") items.set(key, spoken(key, data["output"]));
    return;
  }
  const step =
    before?.type === "step"
      ? before
      : newStep(key, { kind, name: text(data["name"]), startedAt: event.at });
  items.set(key, { ...step, ...changes(event, data) });
}

function changes({ type, at }: RunEvent, data: Data): Partial<StepItem> {
  const known = "input" in data ? { input: data["input"] } : {};
  const began = typeof data["started_at"] === "number" ? { startedAt: data["started_at"] } : {};
  if (type === "step.finished") {
    const output = asData(data["output"]);
    const said = typeof data["output"] === "string" ? data["output"] : text(output["text"]);
    const isError = output["is_error"] === true;
    const files = Array.isArray(output["files"]) ? (output["files"] as FileRef[]) : [];
    return {
      ...known,
      ...began,
      status: isError ? "failed" : "done",
      text: said,
      files,
      endedAt: at,
    };
  }
  if (type === "step.failed")
    return { ...known, ...began, status: "failed", text: detail(data["error"]), endedAt: at };
  if (type === "step.unknown")
    return { status: "unknown", text: text(data["reason"]), endedAt: at };
  if (type === "step.resolved")
    return { status: data["outcome"] === "abandon" ? "failed" : "running" };
  return { ...known, ...began, status: "running" };
}

function newStep(key: string, known: Partial<StepItem>): StepItem {
  return {
    type: "step",
    key,
    kind: "tool",
    name: "",
    status: "running",
    input: null,
    text: "",
    files: [],
    startedAt: null,
    endedAt: null,
    progress: null,
    childRunId: null,
    ...known,
  };
}

function spoken(key: string, output: unknown): TextItem {
  const message = asData(asData(output)["message"]);
  return {
    type: "text",
    key,
    text: text(message["text"]),
    reasoning: text(message["reasoning"]),
    isLive: false,
  };
}

function readLive(items: Map<string, Item>, live: LiveStep): void {
  const { key, kind, name, input, startedAt, output, progress } = live;
  if (!SHOWN_KINDS.has(kind)) return;
  if (kind === "model") {
    items.set(key, { type: "text", key, text: live.text, reasoning: live.reasoning, isLive: true });
    return;
  }
  const before = items.get(key);
  const step = before?.type === "step" ? before : newStep(key, { kind, name, input, startedAt });
  if (step.status === "running") items.set(key, { ...step, text: output, progress });
}

function decisionOf(signal: unknown): string {
  if (signal === null || signal === undefined) return "expired";
  const data = asData(asData(signal)["data"]);
  return text(data["decision"]) || text(data["status"]) || "decided";
}

function detail(error: unknown): string {
  return text(asData(error)["detail"]);
}

function asData(value: unknown): Data {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Data)
    : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
