import { describe, expect, it } from "vitest";
import {
  checkDraft,
  fromDraft,
  moved,
  newDraft,
  sameRules,
  toDraft,
} from "@/features/settings/rules";

const RULE = {
  tool: "shell",
  arguments: { command: "rm *", cwd: "/tmp" },
  effect: "deny" as const,
  reason: "no deleting",
};

describe("a rule in the table", () => {
  it("comes back as it went in", () => {
    expect(fromDraft(toDraft(RULE))).toEqual(RULE);
  });

  it("says what is wrong beside what is wrong", () => {
    expect(checkDraft(newDraft()).tool).toMatch(/Name a tool/);
    expect(checkDraft({ ...toDraft(RULE), tool: "a b" }).tool).toMatch(/without spaces/);
    expect(checkDraft({ ...toDraft(RULE), patterns: "rm *" }).patterns).toMatch(/name = pattern/);
    expect(checkDraft(toDraft(RULE))).toEqual({});
  });
});

describe("the order", () => {
  it("moves one rule and stays inside the table", () => {
    expect(moved(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
    expect(moved(["a", "b"], 0, 2)).toEqual(["a", "b"]);
  });

  it("is a difference", () => {
    const other = { ...RULE, tool: "sql" };

    expect(sameRules([RULE, other], [RULE, other])).toBe(true);
    expect(sameRules([RULE, other], [other, RULE])).toBe(false);
  });
});
