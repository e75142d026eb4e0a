import { describe, expect, it } from "vitest";
import { callWords, expiry, readArguments } from "@/features/approvals/call";

describe("readArguments", () => {
  it("shows code as code and short values first", () => {
    const shown = readArguments("python", { code: "print(1)\n", timeout: 5 });

    expect(shown).toEqual([
      { name: "timeout", shown: "value", language: null, text: "5" },
      { name: "code", shown: "code", language: "python", text: "print(1)\n" },
    ]);
  });

  it("knows a file's language by its name", () => {
    const [, content] = readArguments("write_file", { path: "a/b.py", content: "x = 1" });

    expect(content).toMatchObject({ name: "content", shown: "code", language: "python" });
  });

  it("leaves nothing out: nested values and nulls are shown as they are", () => {
    const shown = readArguments("odd", { a: null, b: { c: [1] }, d: "" });

    expect(shown.map((argument) => [argument.name, argument.text])).toEqual([
      ["a", "null"],
      ["d", ""],
      ["b", '{\n  "c": [\n    1\n  ]\n}'],
    ]);
  });
});

describe("expiry", () => {
  it.each([
    [1000 + 45, "expires in 45 s", true],
    [1000 + 125, "expires in 2 min 05 s", true],
    [1000 + 7200, "expires in 2 h 0 min", false],
    [1000 + 86_400 * 3, "expires in 3 days", false],
  ])("%d", (at, text, isNear) => {
    expect(expiry(at, 1000)).toEqual({ text, isNear, isOver: false });
  });

  it("says when it is over, and nothing when there is no end", () => {
    expect(expiry(999, 1000)).toMatchObject({ isOver: true });
    expect(expiry(null, 1000)).toBeNull();
  });
});

describe("callWords", () => {
  it("tells by the code of a call, not by its smaller arguments", () => {
    expect(callWords("shell", { command: "make\n  test", timeout_seconds: 5 })).toBe("make test");
    expect(callWords("http_get", { url: "https://a.example" })).toBe("https://a.example");
    expect(callWords("list_files", {})).toBe("");
  });
});
