import { describe, expect, it } from "vitest";
import type { RunEvent } from "@/api/types";
import { EMPTY_LOG, withEvents, withFrame } from "@/features/chat/run_log";
import { type Item, transcript } from "@/features/chat/transcript";

function journal(...events: [type: string, key: string | null, data: unknown][]): RunEvent[] {
  return events.map(([type, key, data], seq) => ({
    run_id: "r",
    seq,
    at: 100 + seq,
    type,
    key,
    data,
  }));
}

const says = (text: string) => ({
  kind: "model",
  name: "default",
  output: { message: { text, reasoning: "" } },
});
const did = (name: string, output: unknown) => ({
  kind: "tool",
  name,
  input: { path: "a" },
  output,
  started_at: 99,
});
const shape = (items: Item[]) =>
  items.map((item) => (item.type === "step" ? `${item.name} ${item.status}` : item.type));

describe("transcript", () => {
  it("tells what was said and done, in order, without what is internal", () => {
    const log = withEvents(
      EMPTY_LOG,
      journal(
        ["run.started", null, {}],
        ["step.finished", "history", { kind: "code", name: "history", output: {} }],
        ["step.finished", "model/1", says("Let me look.")],
        ["step.finished", "gate/1.0", { kind: "gate", name: "gate", output: {} }],
        ["step.finished", "tool/1.0", did("read_file", { text: "x", is_error: false })],
        ["step.finished", "model/2", says("Done.")],
      ),
    );
    expect(shape(transcript(log))).toEqual(["text", "read_file done", "text"]);
  });

  it("leaves out an answer that was only calls", () => {
    const log = withEvents(EMPTY_LOG, journal(["step.finished", "model/1", says("")]));
    expect(transcript(log)).toEqual([]);
  });

  it("shows a tool's error as failed, with what it said", () => {
    const log = withEvents(
      EMPTY_LOG,
      journal(["step.finished", "tool/1.0", did("sql", { text: "no such table", is_error: true })]),
    );
    expect(transcript(log)).toMatchObject([{ status: "failed", text: "no such table" }]);
  });

  it("takes a step from its start over a crash to a person's answer", () => {
    const started = journal([
      "step.started",
      "tool/1.0",
      { kind: "tool", name: "shell", input: { command: "ls" } },
    ]);
    const unknown = [
      ...started,
      ...journal(
        ["step.started", null, {}],
        ["step.unknown", "tool/1.0", { kind: "tool", reason: "It may have happened." }],
      ).slice(1),
    ];
    const running = withEvents(EMPTY_LOG, started);
    expect(transcript(running)).toMatchObject([{ status: "running", input: { command: "ls" } }]);
    expect(transcript(withEvents(running, unknown))).toMatchObject([
      { status: "unknown", text: "It may have happened." },
    ]);
  });

  it("shows an approval where it was asked, and how it was answered", () => {
    const asked = journal([
      "wait.started",
      "wait/1",
      { name: "approval:apr_1", reason: "approval of shell" },
    ]);
    const log = withEvents(EMPTY_LOG, asked);
    expect(transcript(log)).toEqual([
      { type: "approval", key: "wait/1", approvalId: "apr_1", decision: null },
    ]);
    const answer = {
      run_id: "r",
      seq: 1,
      at: 101,
      type: "wait.finished",
      key: "wait/1",
      data: { signal: { data: { status: "denied" } } },
    };
    expect(transcript(withEvents(log, [answer]))).toMatchObject([{ decision: "denied" }]);
  });

  it("goes over from live text to the journal without saying it twice", () => {
    const live = withFrame(EMPTY_LOG, {
      run_id: "r",
      key: "model/1",
      type: "text.delta",
      text: "So far",
    });
    expect(transcript(live)).toMatchObject([{ type: "text", text: "So far", isLive: true }]);
    const whole = withEvents(live, journal(["step.finished", "model/1", says("So far and on")]));
    expect(transcript(whole)).toMatchObject([
      { type: "text", text: "So far and on", isLive: false },
    ]);
  });

  it("shows a tool at work with the last of its output", () => {
    const begun = withFrame(EMPTY_LOG, {
      run_id: "r",
      key: "tool/1.0",
      type: "step.started",
      kind: "tool",
      name: "python",
      input: { code: "1" },
      started_at: 5,
    });
    const log = withFrame(begun, {
      run_id: "r",
      key: "tool/1.0",
      type: "output.delta",
      text: "hello\n",
    });
    expect(transcript(log)).toMatchObject([
      { type: "step", name: "python", status: "running", text: "hello\n", startedAt: 5 },
    ]);
  });
});
