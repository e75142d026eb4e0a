import { describe, expect, it } from "vitest";
import type { Frame } from "@/api/types";
import { buildTimeline, type Timeline, type TimelineRow } from "@/features/runs/timeline";
import { BORN, finished, journal } from "./journal";

function row(timeline: Timeline, key: string): TimelineRow {
  const found = timeline.rows.find((candidate) => candidate.key === key);
  if (found === undefined) throw new Error(`no row ${key}`);
  return found;
}

const frame = (key: string, type: string, more = {}): Frame => ({
  run_id: "run_1",
  key,
  type,
  ...more,
});

describe("a finished run", () => {
  it("puts each step between its own start and the moment its result was written", () => {
    const timeline = buildTimeline(
      journal(
        [0, "run.started", null],
        [2, "step.finished", "model/1", finished("model", "openai:gpt", 0.5)],
        [3, "run.finished", null, { output: {} }],
      ),
    );

    expect(row(timeline, "model/1")).toMatchObject({
      kind: "model",
      status: "done",
      start: BORN + 0.5,
      end: BORN + 2,
    });
    expect([timeline.start, timeline.end]).toEqual([BORN, BORN + 3]);
  });

  it("hangs the parallel calls of a turn under that turn, in order of their start", () => {
    const timeline = buildTimeline(
      journal(
        [0, "run.started", null],
        [1, "step.finished", "model/1", finished("model", "m", 0)],
        [3, "step.finished", "tool/1.1", finished("tool", "read_file", 1.1)],
        [5, "step.finished", "tool/1.0", finished("tool", "sql", 1.0)],
        [6, "step.finished", "model/2", finished("model", "m", 5)],
      ),
    );

    expect(timeline.rows.map((r) => [r.key, r.depth, r.parent])).toEqual([
      ["model/1", 0, null],
      ["tool/1.0", 1, "model/1"],
      ["tool/1.1", 1, "model/1"],
      ["model/2", 0, null],
    ]);
  });

  it("reads tokens from the usage and leaves an unknown cost unknown", () => {
    const usage = { input_tokens: 900, output_tokens: 40, cost_usd: null };

    const timeline = buildTimeline(
      journal(
        [0, "run.started", null],
        [1, "step.finished", "model/1", finished("model", "m", 0, { usage })],
        [2, "step.finished", "model/2", finished("model", "m", 1, { usage, cost_usd: "0.0100" })],
      ),
    );

    expect(row(timeline, "model/1")).toMatchObject({ inputTokens: 900, costUsd: null });
    expect(row(timeline, "model/2").costUsd).toBe("0.0100");
  });

  it("shows a tool that answered with an error as failed, its answer kept", () => {
    const output = { text: "no such file: orders.csv", is_error: true };

    const timeline = buildTimeline(
      journal([1, "step.finished", "tool/1.0", finished("tool", "read_file", 0, { output })]),
    );

    expect(row(timeline, "tool/1.0")).toMatchObject({ status: "failed", output, error: null });
  });

  it("keeps the error of a failed step", () => {
    const error = { code: "model_unavailable", detail: "The model did not answer." };

    const timeline = buildTimeline(
      journal(
        [1, "step.failed", "model/1", finished("model", "m", 0, { error })],
        [1, "run.failed", null, { error }],
      ),
    );

    expect(row(timeline, "model/1")).toMatchObject({ status: "failed", error, end: BORN + 1 });
  });

  it("has no rows and no end before anything happened", () => {
    expect(buildTimeline([])).toMatchObject({ rows: [], end: null });
  });

  it("survives events whose data is not what it should be", () => {
    const timeline = buildTimeline(
      journal([0, "step.finished", "x", undefined], [1, "something.new", "y", { a: 1 }]),
    );

    expect(timeline.rows.map((r) => r.key)).toEqual(["x", "y"]);
  });
});

describe("waits", () => {
  const asked = { name: "approval:ap_1", reason: "a person to approve shell", until: BORN + 600 };

  it("an open approval waits, with its reason and its end", () => {
    const timeline = buildTimeline(
      journal([0, "run.started", null], [4, "wait.started", "approval/1.0", asked]),
    );

    expect(row(timeline, "approval/1.0")).toMatchObject({
      kind: "approval",
      status: "waiting",
      approvalId: "ap_1",
      reason: "a person to approve shell",
      until: BORN + 600,
      end: null,
    });
  });

  it("a decided approval says what was decided, by whom, with which note", () => {
    const data = { decision: "deny", note: "not on a Friday" };

    const timeline = buildTimeline(
      journal(
        [0, "wait.started", "approval/1.0", asked],
        [9, "signal.received", "ap_1", { name: "approval:ap_1", data, by: "ana" }],
        [9, "wait.finished", "approval/1.0", { name: "approval:ap_1", signal: { data } }],
      ),
    );

    expect(row(timeline, "approval/1.0")).toMatchObject({
      status: "done",
      outcome: "denied",
      by: "ana",
      note: "not on a Friday",
      end: BORN + 9,
    });
    expect(row(timeline, "approval/1.0").events).toHaveLength(3);
  });

  it("the request, the wait and the verdict of an approval are one row", () => {
    const request = finished("approval", "shell", 1, {
      input: { arguments: { command: "make" }, reason: "shell is dangerous" },
      output: { approval_id: "ap_1" },
    });
    const verdict = finished("approval", "shell", 9, {
      output: { status: "approved", decided_by: "ana", note: "go" },
    });
    const name = "approval:ap_1";

    const timeline = buildTimeline(
      journal(
        [1, "step.finished", "model/1", finished("model", "m", 0)],
        [1, "step.finished", "approval/1.0/request", request],
        [
          1,
          "wait.started",
          "approval/1.0/wait",
          { name, reason: "A person has to approve shell." },
        ],
        [9, "signal.received", "ap_1", { name, data: {}, by: "ana" }],
        [9, "wait.finished", "approval/1.0/wait", { name, signal: { key: "ap_1", data: {} } }],
        [9, "step.finished", "approval/1.0/verdict", verdict],
      ),
    );

    expect(timeline.rows.map((r) => [r.key, r.parent])).toEqual([
      ["model/1", null],
      ["approval/1.0/wait", "model/1"],
    ]);
    expect(row(timeline, "approval/1.0/wait")).toMatchObject({
      kind: "approval",
      name: "shell",
      input: { command: "make" },
      reason: "shell is dangerous",
      outcome: "approved",
      by: "ana",
      note: "go",
      firstSeq: 1,
      lastSeq: 5,
      start: BORN + 1,
      end: BORN + 9,
    });
  });

  it("a wait whose time ran out says so", () => {
    const timeline = buildTimeline(
      journal(
        [0, "wait.started", "wait/1", { name: "webhook", reason: "a webhook" }],
        [5, "wait.finished", "wait/1", { name: "webhook", signal: null }],
      ),
    );

    expect(row(timeline, "wait/1")).toMatchObject({ kind: "wait", outcome: "timed out" });
  });

  it("a sleep waits until it is over", () => {
    const events = journal(
      [0, "sleep.started", "nap", { until: BORN + 60 }],
      [60, "sleep.finished", "nap"],
    );

    expect(row(buildTimeline(events.slice(0, 1)), "nap")).toMatchObject({
      kind: "sleep",
      status: "waiting",
      until: BORN + 60,
    });
    expect(row(buildTimeline(events), "nap")).toMatchObject({ status: "done", end: BORN + 60 });
  });

  it("two open waits with different names are answered apart", () => {
    const timeline = buildTimeline(
      journal(
        [0, "wait.started", "approval/1.0", { name: "approval:a", reason: "" }],
        [0, "wait.started", "approval/1.1", { name: "approval:b", reason: "" }],
        [1, "signal.received", "b", { name: "approval:b", data: {}, by: "kim" }],
      ),
    );

    expect(row(timeline, "approval/1.0").by).toBeNull();
    expect(row(timeline, "approval/1.1").by).toBe("kim");
  });
});

describe("children", () => {
  it("a child works until it ended, and then has its status", () => {
    const events = journal(
      [1, "child.started", "research", { run_id: "run_2", title: "Research" }],
      [5, "child.finished", "research", { run_id: "run_2", status: "cancelled" }],
    );

    expect(row(buildTimeline(events.slice(0, 1)), "research")).toMatchObject({
      kind: "child",
      name: "Research",
      status: "running",
      childRunId: "run_2",
    });
    expect(row(buildTimeline(events), "research").status).toBe("stopped");
  });

  it("a failed child keeps its error", () => {
    const error = { code: "steps_exceeded", detail: "30 steps were not enough." };

    const timeline = buildTimeline(
      journal(
        [1, "child.started", "research", { run_id: "run_2", title: "Research" }],
        [5, "child.finished", "research", { run_id: "run_2", status: "failed", error }],
      ),
    );

    expect(row(timeline, "research")).toMatchObject({ status: "failed", error });
  });
});

describe("steps that were cut short", () => {
  const started = { kind: "tool", name: "send_email", input: { to: "ana" }, safety: "unsafe" };

  it("a step begun twice has two attempts, and the last one counts", () => {
    const timeline = buildTimeline(
      journal(
        [1, "step.started", "tool/1.0", started],
        [8, "step.started", "tool/1.0", started],
        [9, "step.finished", "tool/1.0", finished("tool", "send_email", 8)],
      ),
    );

    expect(row(timeline, "tool/1.0")).toMatchObject({
      status: "done",
      start: BORN + 1,
      end: BORN + 9,
      attempts: [
        { start: BORN + 1, end: BORN + 8 },
        { start: BORN + 8, end: BORN + 9 },
      ],
    });
  });

  it("an unknown outcome waits for a person and says why", () => {
    const timeline = buildTimeline(
      journal(
        [1, "step.started", "tool/1.0", started],
        [
          6,
          "step.unknown",
          "tool/1.0",
          { kind: "tool", name: "send_email", reason: "It stopped." },
        ],
      ),
    );

    expect(row(timeline, "tool/1.0")).toMatchObject({
      status: "unknown",
      reason: "It stopped.",
      input: { to: "ana" },
      end: null,
      attempts: [{ start: BORN + 1, end: BORN + 6 }],
    });
  });

  it.each([
    ["happened", "done", "it had happened"],
    ["abandon", "failed", "given up"],
    ["did_not_happen", "running", "it had not happened"],
  ])("an unknown outcome resolved as %s is %s", (outcome, status, words) => {
    const timeline = buildTimeline(
      journal(
        [1, "step.started", "tool/1.0", started],
        [6, "step.unknown", "tool/1.0", { kind: "tool", name: "send_email", reason: "" }],
        [7, "step.resolved", "tool/1.0", { outcome, by: "ana" }],
      ),
    );

    expect(row(timeline, "tool/1.0")).toMatchObject({ status, outcome: words, by: "ana" });
  });

  it("what is open when the run ends is stopped there", () => {
    const timeline = buildTimeline(
      journal(
        [1, "step.started", "tool/1.0", started],
        [2, "wait.started", "wait/1", { name: "x", reason: "" }],
        [4, "run.cancelled", null, { reason: "enough" }],
      ),
      [frame("model/2", "step.started", { kind: "model", name: "m", started_at: BORN + 3 })],
    );

    expect(timeline.rows.map((r) => [r.status, r.end])).toEqual([
      ["stopped", BORN + 4],
      ["stopped", BORN + 4],
      ["stopped", BORN + 4],
    ]);
  });
});

describe("live frames", () => {
  const opened = frame("model/1", "step.started", {
    kind: "model",
    name: "openai:gpt",
    input: { messages: 2 },
    started_at: BORN + 1,
  });

  it("open a row that the journal does not know yet, and fill it", () => {
    const timeline = buildTimeline(journal([0, "run.started", null]), [
      opened,
      frame("model/1", "reasoning.delta", { text: "hm" }),
      frame("model/1", "text.delta", { text: "The " }),
      frame("model/1", "text.delta", { text: "total" }),
      frame("model/1", "call.delta", { index: 0, id: "c1", name: "sql", arguments: '{"qu' }),
      frame("model/1", "call.delta", { index: 0, arguments: 'ery"' }),
    ]);

    expect(row(timeline, "model/1")).toMatchObject({
      status: "running",
      start: BORN + 1,
      firstSeq: null,
      live: {
        text: "The total",
        reasoning: "hm",
        calls: [{ name: "sql", arguments: '{"query"' }],
      },
    });
  });

  it("a snapshot replaces what was heard before: nothing is said twice", () => {
    const timeline = buildTimeline(
      [],
      [
        opened,
        frame("model/1", "text.delta", { text: "wrong" }),
        frame("model/1", "text.snapshot", { text: "", reasoning: "" }),
        frame("model/1", "text.delta", { text: "right" }),
      ],
    );

    expect(row(timeline, "model/1").live?.text).toBe("right");
  });

  it("the journal wins over frames that come late", () => {
    const timeline = buildTimeline(
      journal([2, "step.finished", "model/1", finished("model", "openai:gpt", 1)]),
      [opened, frame("model/1", "text.delta", { text: "late" })],
    );

    expect(row(timeline, "model/1")).toMatchObject({ status: "done", live: null });
  });

  it("a tool's output and progress reach its open row", () => {
    const timeline = buildTimeline(
      journal([1, "step.started", "tool/1.0", { kind: "tool", name: "shell", input: {} }]),
      [
        frame("tool/1.0", "output.delta", { text: "a\n" }),
        frame("tool/1.0", "progress", { text: "half", fraction: 0.5 }),
      ],
    );

    expect(row(timeline, "tool/1.0").live).toMatchObject({
      output: "a\n",
      progress: { text: "half", fraction: 0.5 },
    });
  });

  it("frames for a step that never began are ignored", () => {
    expect(buildTimeline([], [frame("ghost", "text.delta", { text: "?" })]).rows).toEqual([]);
  });
});

describe("runs made from other runs", () => {
  it("a fork marks what it kept, and draws it right before its own beginning", () => {
    const day = 86_400;
    const timeline = buildTimeline(
      journal(
        [day, "run.started", null, { origin: { type: "fork", run_id: "run_0", seq: 2 } }],
        [1, "step.finished", "model/1", finished("model", "m", 0)],
        [4, "step.finished", "tool/1.0", finished("tool", "sql", 1)],
        [day + 2, "step.finished", "model/2", finished("model", "m", day)],
      ),
    );

    expect(timeline.recordedUntil).toBe(2);
    expect(timeline.rows.map((r) => [r.key, r.isRecorded])).toEqual([
      ["model/1", true],
      ["tool/1.0", true],
      ["model/2", false],
    ]);
    expect(row(timeline, "tool/1.0")).toMatchObject({ start: BORN + day - 3, end: BORN + day });
    expect(timeline.start).toBe(BORN + day - 4);
  });

  it("in a replay every step is recorded", () => {
    const timeline = buildTimeline(
      journal(
        [0, "run.started", null, { origin: { type: "replay", run_id: "run_0", seq: 9 } }],
        [1, "step.finished", "model/1", finished("model", "m", 0)],
      ),
    );

    expect(timeline.isReplay).toBe(true);
    expect(row(timeline, "model/1").isRecorded).toBe(true);
  });
});

describe("the gate", () => {
  it.each([
    ["allow", "allowed"],
    ["ask", "asks a person"],
    ["deny", "denied"],
  ])("%s is shown as %s", (effect, words) => {
    const timeline = buildTimeline(
      journal([
        1,
        "step.finished",
        "gate/1.0",
        finished("gate", "shell", 0, { output: { effect } }),
      ]),
    );

    expect(row(timeline, "gate/1.0")).toMatchObject({ kind: "gate", outcome: words });
  });
});
