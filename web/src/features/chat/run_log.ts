/** What the page knows of one run: its journal so far, and what is happening right now. */
import type { Frame, RunEvent } from "@/api/types";

/** A step that acts at this moment, told by live frames only. */
export interface LiveStep {
  key: string;
  kind: string;
  name: string;
  input: unknown;
  startedAt: number | null;
  text: string;
  reasoning: string;
  output: string;
  progress: { text: string; fraction: number | null } | null;
}

export interface RunLog {
  /** Without gaps, by seq. */
  events: readonly RunEvent[];
  live: ReadonlyMap<string, LiveStep>;
}

export const EMPTY_LOG: RunLog = { events: [], live: new Map() };

/** A tool's printed output is shown from its end; more is in the journal afterwards. */
const OUTPUT_TAIL = 20_000;
const ENDS_STEP = new Set(["step.finished", "step.failed", "step.unknown"]);
const ENDS_RUN = new Set(["run.finished", "run.failed", "run.cancelled"]);

export function lastSeq(log: RunLog): number {
  return log.events.at(-1)?.seq ?? -1;
}

/** Whether an event leaves a hole: what is between must be read first. */
export function isAhead(log: RunLog, event: RunEvent): boolean {
  return event.seq > lastSeq(log) + 1;
}

/** The journal grown by events; what is known already, or comes after a hole, is left out. */
export function withEvents(log: RunLog, news: readonly RunEvent[]): RunLog {
  const events = [...log.events];
  const live = new Map(log.live);
  for (const event of news) {
    if (event.seq !== (events.at(-1)?.seq ?? -1) + 1) continue;
    events.push(event);
    if (event.key !== null && ENDS_STEP.has(event.type)) live.delete(event.key);
    if (ENDS_RUN.has(event.type)) live.clear();
  }
  return events.length === log.events.length ? log : { events, live };
}

export function withFrame(log: RunLog, frame: Frame): RunLog {
  const { key } = frame;
  if (!key || isClosed(log, key)) return log;
  const before = log.live.get(key) ?? newStep(key);
  const after = applied(before, frame);
  return after === before ? log : { ...log, live: new Map(log.live).set(key, after) };
}

/** A frame may arrive after the journal already told the end of its step. */
function isClosed(log: RunLog, key: string): boolean {
  return log.events.some(
    (event) => ENDS_RUN.has(event.type) || (event.key === key && ENDS_STEP.has(event.type)),
  );
}

function newStep(key: string): LiveStep {
  const kind = key.slice(0, key.indexOf("/")) || "step";
  return {
    key,
    kind,
    name: "",
    input: null,
    startedAt: null,
    text: "",
    reasoning: "",
    output: "",
    progress: null,
  };
}

function applied(step: LiveStep, frame: Frame): LiveStep {
  const text = textOf(frame["text"]);
  switch (frame.type) {
    case "step.started":
      return {
        ...step,
        kind: textOf(frame["kind"]) || step.kind,
        name: textOf(frame["name"]),
        input: frame["input"] ?? null,
        startedAt: typeof frame["started_at"] === "number" ? frame["started_at"] : step.startedAt,
      };
    case "text.delta":
      return { ...step, text: step.text + text };
    case "reasoning.delta":
      return { ...step, reasoning: step.reasoning + text };
    case "text.snapshot":
      return { ...step, text, reasoning: textOf(frame["reasoning"]) };
    case "output.delta":
      return { ...step, output: (step.output + text).slice(-OUTPUT_TAIL) };
    case "progress":
      return {
        ...step,
        progress: {
          text,
          fraction: typeof frame["fraction"] === "number" ? frame["fraction"] : null,
        },
      };
    default:
      return step;
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
