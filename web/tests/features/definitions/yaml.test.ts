import { describe, expect, it } from "vitest";
import { EXAMPLE } from "@/features/agents/example";
import { freeName, lineOfField, renamed, topLevelText } from "@/features/definitions/yaml";

const YAML = `name: a
instructions: |
  model: not this one
model: offline
rules:
- tool: shell
  arguments:
    command: "rm *"
  effect: deny
- tool: sql
  effect: maybe
limits:
  steps: 30
  cost_usd: "x"
`;

describe("lineOfField", () => {
  it.each([
    ["name", 1],
    ["limits.cost_usd", 14],
    ["limits.steps", 13],
    ["rules.0.effect", 9],
    ["rules.1.effect", 11],
    ["rules[1].tool", 10],
    ["rules.0.arguments.command", 8],
    ["limits.unknown", 12],
    ["nothing", null],
  ])("%s is on line %s", (field, line) => {
    expect(lineOfField(YAML, field)).toBe(line);
  });

  it("does not take words inside a text for a key of the document", () => {
    expect(lineOfField(YAML, "model")).toBe(4);
  });
});

describe("names", () => {
  it("renaming changes one line and nothing else", () => {
    expect(renamed(EXAMPLE, "other")).toBe(EXAMPLE.replace("name: sales-analyst", "name: other"));
  });

  it("a copy gets a name that is free", () => {
    expect(freeName("a", ["b"])).toBe("a");
    expect(freeName("a", ["a", "a-2"])).toBe("a-3");
  });

  it("reads a plain value without its quotes or comment", () => {
    expect(topLevelText('name: "x"  # who', "name")).toBe("x");
    expect(topLevelText("model: y", "name")).toBeNull();
  });
});
