import { describe, expect, it } from "vitest";
import type { Frame } from "@/api/types";
import { addEvent, addFrame, framesAfter, isWhole, withNews } from "@/features/runs/journal_growth";
import { aRun, journal } from "./journal";

const frame = (type: string, text = "", key = "model/1"): Frame => ({
  run_id: "run_1",
  key,
  type,
  text,
});

const gather = (...frames: Frame[]) => frames.reduce<Frame[]>(addFrame, []);

describe("addEvent", () => {
  const [first, second] = journal([0, "run.started", null], [1, "x", "a"]);

  it("adds what is new and ignores what is repeated", () => {
    if (first === undefined || second === undefined) throw new Error("no events");
    const events = addEvent(addEvent(undefined, first), second);

    expect(events).toEqual([first, second]);
    expect(addEvent(events, first)).toBe(events);
  });
});

describe("addFrame", () => {
  it("keeps pieces of one text as one frame, also when two steps speak in turn", () => {
    const frames = gather(
      frame("text.delta", "a"),
      frame("text.delta", "x", "model/2"),
      frame("text.delta", "b"),
    );

    expect(frames.map((each) => [each.key, each["text"]])).toEqual([
      ["model/1", "ab"],
      ["model/2", "x"],
    ]);
  });

  it("a snapshot replaces the text of its step and keeps its beginning", () => {
    const frames = gather(
      frame("step.started"),
      frame("text.delta", "wrong"),
      frame("text.snapshot", ""),
      frame("text.delta", "right"),
    );

    expect(frames.map((each) => each.type)).toEqual([
      "step.started",
      "text.snapshot",
      "text.delta",
    ]);
  });
});

describe("framesAfter", () => {
  it("forgets the frames of a step whose result is in the journal", () => {
    const [event] = journal([1, "step.finished", "model/1"]);
    if (event === undefined) throw new Error("no event");

    const left = framesAfter([frame("text.delta"), frame("text.delta", "", "model/2")], event);

    expect(left.map((each) => each.key)).toEqual(["model/2"]);
  });
});

describe("isWhole", () => {
  it("a journal is whole when its run has ended, however it ended", () => {
    expect(isWhole(journal([0, "run.started", null]))).toBe(false);
    expect(isWhole(journal([0, "run.started", null], [1, "run.cancelled", null]))).toBe(true);
    expect(isWhole([])).toBe(false);
  });
});

describe("withNews", () => {
  it("takes over what is told and keeps what is left out", () => {
    const before = aRun({ input: { text: "hi" }, output: null });

    const after = withNews(before, aRun({ status: "done", input: null, output: { text: "ho" } }));

    expect(after).toMatchObject({ status: "done", input: { text: "hi" }, output: { text: "ho" } });
  });
});
