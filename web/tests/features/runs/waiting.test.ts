import { describe, expect, it } from "vitest";
import { buildTimeline } from "@/features/runs/timeline";
import { needs, waitingSentence } from "@/features/runs/waiting";
import { aRun, journal } from "./journal";

const EMPTY = buildTimeline([]);

describe("waitingSentence", () => {
  it.each([
    ["a person to approve shell", "Waiting for a person to approve shell."],
    ["A person has to approve shell.", "A person has to approve shell."],
    ["A worker must be free to take it", "A worker must be free to take it."],
  ])("%s", (waiting_for, sentence) => {
    expect(waitingSentence(aRun({ status: "waiting", waiting_for }), EMPTY)).toBe(sentence);
  });

  it("is nothing for a run that works or has ended", () => {
    expect(waitingSentence(aRun({ status: "running" }), EMPTY)).toBeNull();
    expect(waitingSentence(aRun({ status: "done" }), EMPTY)).toBeNull();
  });
});

describe("needs", () => {
  it("lists every open wait with what resolves it", () => {
    const timeline = buildTimeline(
      journal(
        [0, "step.started", "tool/1.0", { kind: "tool", name: "send_email", input: {} }],
        [1, "step.unknown", "tool/1.0", { kind: "tool", name: "send_email", reason: "?" }],
        [1, "wait.started", "ask/1", { name: "approval:ap_7", reason: "" }],
        [1, "sleep.started", "nap", { until: 5 }],
        [1, "child.started", "kid", { run_id: "run_9", title: "Kid" }],
        [1, "wait.started", "hook", { name: "webhook", reason: "" }],
      ),
    );

    const found = needs(aRun({ status: "waiting" }), timeline).map((need) => need.type);

    expect(found.sort()).toEqual(["approval", "child", "signal", "sleep", "unknown"]);
  });

  it("an ended run needs nothing", () => {
    const timeline = buildTimeline(journal([1, "sleep.started", "nap", { until: 5 }]));

    expect(needs(aRun({ status: "cancelled" }), timeline)).toEqual([]);
  });
});
