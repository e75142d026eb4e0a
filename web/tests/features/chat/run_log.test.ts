import { describe, expect, it } from "vitest";
import type { Frame, RunEvent } from "@/api/types";
import {
  EMPTY_LOG,
  isAhead,
  lastSeq,
  type RunLog,
  withEvents,
  withFrame,
} from "@/features/chat/run_log";

const event = (
  seq: number,
  type = "step.finished",
  key: string | null = `tool/${seq}`,
): RunEvent => ({
  run_id: "r",
  seq,
  at: seq,
  type,
  key,
  data: {},
});
const frame = (type: string, fields: Partial<Frame> = {}): Frame => ({
  run_id: "r",
  key: "model/1",
  type,
  ...fields,
});
const seqs = (log: RunLog) => log.events.map(({ seq }) => seq);

describe("withEvents", () => {
  it("keeps each event once, in order, whatever comes twice", () => {
    const log = withEvents(withEvents(EMPTY_LOG, [event(0), event(1)]), [
      event(0),
      event(1),
      event(2),
    ]);
    expect(seqs(log)).toEqual([0, 1, 2]);
  });

  it("leaves out what comes after a hole, and says that there is one", () => {
    const log = withEvents(EMPTY_LOG, [event(0)]);
    expect(isAhead(log, event(2))).toBe(true);
    expect(isAhead(log, event(1))).toBe(false);
    expect(lastSeq(withEvents(log, [event(2)]))).toBe(0);
  });

  it("gives the same log back when nothing is new, so that nothing is drawn again", () => {
    const log = withEvents(EMPTY_LOG, [event(0)]);
    expect(withEvents(log, [event(0)])).toBe(log);
  });

  it("forgets live text when the journal tells the end of its step", () => {
    const live = withFrame(EMPTY_LOG, frame("text.delta", { text: "half" }));
    expect(withEvents(live, [event(0, "step.finished", "model/1")]).live.size).toBe(0);
  });
});

describe("withFrame", () => {
  it("adds up what a model says", () => {
    const log = ["a", "b", "c"].reduce(
      (all, text) => withFrame(all, frame("text.delta", { text })),
      EMPTY_LOG,
    );
    expect(log.live.get("model/1")?.text).toBe("abc");
  });

  it("starts over from a snapshot: after a reload, or when an attempt was thrown away", () => {
    const before = withFrame(EMPTY_LOG, frame("text.delta", { text: "thrown away" }));
    const joined = withFrame(before, frame("text.snapshot", { text: "so far", reasoning: "" }));
    expect(withFrame(joined, frame("text.delta", { text: " on" })).live.get("model/1")?.text).toBe(
      "so far on",
    );
  });

  it("ignores a frame that comes after the end of its step or run", () => {
    const over = withEvents(EMPTY_LOG, [
      event(0, "step.finished", "model/1"),
      event(1, "run.finished", null),
    ]);
    expect(withFrame(over, frame("text.delta", { text: "late" }))).toBe(over);
    expect(withFrame(over, frame("text.delta", { key: "model/2", text: "late" }))).toBe(over);
  });

  it("keeps the end of a tool's long output", () => {
    const log = withFrame(
      EMPTY_LOG,
      frame("output.delta", { key: "tool/1.0", text: `${"x".repeat(30_000)}end` }),
    );
    const output = log.live.get("tool/1.0")?.output ?? "";
    expect(output.length).toBe(20_000);
    expect(output.endsWith("end")).toBe(true);
  });
});
