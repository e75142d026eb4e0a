/** How a journal and its live frames grow, piece by piece, without repetition. */
import type { Frame, Run, RunEvent } from "@/api/types";

/** A stream may repeat what was read before it: an event counts once. */
export function addEvent(events: readonly RunEvent[] | undefined, event: RunEvent): RunEvent[] {
  const known = events ?? [];
  const last = known.at(-1);
  if (last !== undefined && event.seq <= last.seq) return known as RunEvent[];
  return [...known, event];
}

const TEXTS = new Set(["text.delta", "reasoning.delta", "output.delta"]);

/** Pieces of one text are kept as one frame, so that a long answer stays a short list. */
export function addFrame(frames: readonly Frame[], frame: Frame): Frame[] {
  if (frame.type === "text.snapshot" || frame.type === "step.started") {
    const rest = frames.filter((each) => each.key !== frame.key || each.type === "step.started");
    return frame.type === "step.started"
      ? [...frames.filter((each) => each.key !== frame.key), frame]
      : [...rest, frame];
  }
  if (!TEXTS.has(frame.type)) return [...frames, frame];
  const at = frames.findLastIndex((each) => each.key === frame.key);
  const before = frames[at];
  if (before?.type !== frame.type) return [...frames, frame];
  const joined = { ...before, text: `${before["text"] ?? ""}${frame["text"] ?? ""}` };
  return frames.with(at, joined);
}

/** What the journal knows needs no frames any more. */
export function framesAfter(frames: readonly Frame[], event: RunEvent): Frame[] {
  const isOver = event.type === "step.finished" || event.type === "step.failed";
  return isOver ? frames.filter((frame) => frame.key !== event.key) : [...frames];
}

const LAST = new Set(["run.finished", "run.failed", "run.cancelled"]);

/** Whether nothing can follow. */
export function isWhole(events: readonly RunEvent[]): boolean {
  return LAST.has(events.at(-1)?.type ?? "");
}

/** News of a run leave out what is big: what is known of that stays. */
export function withNews(before: Run | undefined, news: Run): Run {
  if (before === undefined) return news;
  return {
    ...before,
    ...news,
    definition: news.definition ?? before.definition,
    input: news.input ?? before.input,
    output: news.output ?? before.output,
  };
}
