import { describe, expect, it } from "vitest";
import { diffLines, hunks, readUnifiedDiff } from "@/features/runs/line_diff";

const marks = (before: string, after: string) =>
  diffLines(before, after).map(
    (line) => `${{ same: " ", added: "+", removed: "-" }[line.kind]}${line.text}`,
  );

describe("diffLines", () => {
  it("keeps what is common and numbers both sides", () => {
    expect(diffLines("a\nb\nc", "a\nx\nc")).toEqual([
      { kind: "same", text: "a", before: 1, after: 1 },
      { kind: "removed", text: "b", before: 2, after: null },
      { kind: "added", text: "x", before: null, after: 2 },
      { kind: "same", text: "c", before: 3, after: 3 },
    ]);
  });

  it.each([
    ["", "", []],
    ["", "a\n", ["+a"]],
    ["a\nb\n", "", ["-a", "-b"]],
    ["a\na\n", "a\n", [" a", "-a"]],
    ["a\nb\nc\nd", "b\nd\ne", ["-a", " b", "-c", " d", "+e"]],
  ])("%j to %j", (before, after, expected) => {
    expect(marks(before, after)).toEqual(expected);
  });

  it("two long texts with nothing in common don't take for ever", () => {
    const long = (word: string) => Array.from({ length: 5000 }, (_, n) => `${word}${n}`).join("\n");

    expect(diffLines(long("a"), long("b"))).toHaveLength(10_000);
  });
});

describe("hunks", () => {
  it("keeps three lines around a change and says how much was left out", () => {
    const text = Array.from({ length: 40 }, (_, n) => `line ${n}`);
    const changed = text.map((line, n) => (n === 20 ? "changed" : line));

    const found = hunks(diffLines(text.join("\n"), changed.join("\n")));

    expect(found).toHaveLength(1);
    expect(found[0]?.skipped).toBe(17);
    expect(found[0]?.lines).toHaveLength(8);
  });
});

describe("readUnifiedDiff", () => {
  it("reads a patch with its line numbers", () => {
    const patch = "Changed x:\n--- a/x\n+++ b/x\n@@ -3,2 +3,2 @@\n same\n-old\n+new\n";

    expect(readUnifiedDiff(patch)).toEqual([
      { kind: "same", text: "same", before: 3, after: 3 },
      { kind: "removed", text: "old", before: 4, after: null },
      { kind: "added", text: "new", before: null, after: 4 },
    ]);
  });

  it("is null for anything else", () => {
    expect(readUnifiedDiff("- a list\n+ of things")).toBeNull();
  });
});
