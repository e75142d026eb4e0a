import { describe, expect, it } from "vitest";
import { draftFork, planFork } from "@/features/runs/fork";
import { buildTimeline } from "@/features/runs/timeline";
import { aRun, finished, journal } from "./journal";

const RUN = aRun({
  input: { text: "revenue by region", files: ["orders.csv"] },
  definition: { name: "assistant", model: "offline", instructions: "Be exact.", tools: ["sql"] },
});

const ROWS = buildTimeline(
  journal(
    [0, "run.started", null],
    [
      1,
      "step.finished",
      "model/1",
      finished("model", "m", 0, {
        output: { message: { role: "assistant", text: "Hello", calls: [] }, stop: "end" },
      }),
    ],
    [2, "step.started", "tool/1.0", { kind: "tool", name: "sql", input: {} }],
    [
      3,
      "step.finished",
      "tool/1.0",
      finished("tool", "sql", 2, { output: { text: "42", data: [1] } }),
    ],
    [4, "step.finished", "code/1", finished("code", "sum", 3, { output: [1, 2] })],
  ),
).rows;

const row = (key: string) => ROWS.find((candidate) => candidate.key === key) ?? null;

describe("planFork", () => {
  it("doing a step again keeps everything before its first event and nothing of it", () => {
    const plan = planFork(RUN, row("tool/1.0"), draftFork(RUN, row("tool/1.0")));

    expect(plan).toEqual({ body: { at_seq: 1 } });
  });

  it("other words, model and instructions replace only themselves", () => {
    const draft = { ...draftFork(RUN, null), prompt: "by product", model: "openai:x" };

    const plan = planFork(RUN, null, draft);

    expect(plan).toEqual({
      body: {
        at_seq: 0,
        input: { text: "by product", files: ["orders.csv"] },
        definition: {
          name: "assistant",
          model: "openai:x",
          instructions: "Be exact.",
          tools: ["sql"],
        },
      },
    });
  });

  it("an edited text stays inside the tool's whole output", () => {
    const draft = { ...draftFork(RUN, row("tool/1.0")), mode: "edited" as const, output: "43" };

    expect(planFork(RUN, row("tool/1.0"), draft)).toEqual({
      body: { at_seq: 3, outputs: { "tool/1.0": { text: "43", data: [1] } } },
    });
  });

  it("an edited answer stays inside the model's reply", () => {
    const draft = { ...draftFork(RUN, row("model/1")), mode: "edited" as const, output: "Bye" };

    expect(planFork(RUN, row("model/1"), draft)).toMatchObject({
      body: { outputs: { "model/1": { message: { text: "Bye", calls: [] }, stop: "end" } } },
    });
  });

  it("a result that is no text is edited as JSON, and broken JSON is said at the field", () => {
    const draft = { ...draftFork(RUN, row("code/1")), mode: "edited" as const };

    expect(JSON.parse(draft.output)).toEqual([1, 2]);
    expect(planFork(RUN, row("code/1"), { ...draft, output: "[1," })).toMatchObject({
      field: "output",
    });
  });

  it("an empty prompt is refused", () => {
    expect(planFork(RUN, null, { ...draftFork(RUN, null), prompt: " " })).toMatchObject({
      field: "prompt",
    });
  });
});
