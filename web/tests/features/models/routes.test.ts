import { describe, expect, it } from "vitest";
import { Problem } from "@/api/client";
import { versionName } from "@/features/definitions/definition_history";
import { readFault } from "@/features/definitions/fault";
import { changedWords, costChange } from "@/features/models/dry_run";
import { earlierThan, textOf } from "@/features/models/route_versions";
import type { DryRun, RouteVersion } from "@/features/models/types";

const YAML = `name: mine
rules:
  - objective: cheapest
    needs:
      capabilities: [text]
  - when: request.tok > 3
    targets:
      - openai:small
`;
const refusal = (detail: string, field: string | null) =>
  new Problem(422, "bad_route", detail, field);

describe("a fault in a route", () => {
  it("is on the line of the field that the server names", () => {
    expect(readFault(refusal("…", "rules[1].targets[0].model"), YAML).line).toBe(8);
    expect(readFault(refusal("…", "rules[0].needs.capabilities"), YAML).line).toBe(5);
  });

  it("is not on the line that counts inside a condition", () => {
    const said = "`rules[1].when`: line 1, column 1: `request.tok` is not known.";
    expect(readFault(refusal(said, "rules[1].when"), YAML).line).toBe(6);
  });

  it("is on the line where the YAML breaks", () => {
    expect(readFault(refusal("The YAML breaks in line 4, column 1: x.", "yaml"), YAML).line).toBe(
      4,
    );
  });

  it("has no line where nobody knows one", () => {
    expect(readFault(new Error("Away."), YAML)).toEqual({ line: null, text: "Away." });
  });
});

const version = (number: number, yaml: string | null): RouteVersion => ({
  version: number,
  yaml,
  restored_from: null,
  created_at: null,
  created_by: null,
  is_active: false,
});

describe("versions of a route", () => {
  const all = [version(2, null), version(1, "own"), version(0, "shipped")];

  it("that say nothing stand for the shipped text", () => {
    expect(all.map((each) => textOf(all, each))).toEqual(["shipped", "own", "shipped"]);
    expect(textOf([version(1, null)], version(1, null))).toBe("");
  });

  it("come newest first, each with the one before it", () => {
    expect(earlierThan(all, 0)?.version).toBe(1);
    expect(earlierThan(all, 2)).toBeUndefined();
    expect(all.map(versionName)).toEqual(["Version 2", "Version 1", "As it ships"]);
  });
});

describe("a dry run", () => {
  const run = (more: Partial<DryRun>): DryRun => ({
    items: Array.from({ length: 4 }, () => ({}) as DryRun["items"][number]),
    changed: 0,
    refused: 0,
    compared: 4,
    cost_usd: "2",
    would_cost_usd: "1",
    ...more,
  });

  it("says how many would go elsewhere, and how many nowhere", () => {
    expect(changedWords(run({}))).toBe("All 4 calls would go where they went.");
    expect(changedWords(run({ changed: 3, refused: 1 }))).toBe(
      "3 of 4 calls would go elsewhere. 1 of them would find no model.",
    );
  });

  it("compares sums of what is known both ways, and says of how much", () => {
    expect(costChange(run({}))).toMatchObject({ change: "−50 %", isLess: true, note: "" });
    expect(costChange(run({ compared: 3 }))?.note).toContain("1 call");
  });

  it("says nothing of cost where nothing is known", () => {
    expect(costChange(run({ compared: 0, cost_usd: "0", would_cost_usd: "0" }))).toBeNull();
  });

  it("has no share of a sum that was nothing", () => {
    expect(costChange(run({ cost_usd: "0" }))?.change).toBeNull();
  });
});
