import { describe, expect, it } from "vitest";
import { toolWords } from "@/features/chat/tool_words";

describe("toolWords", () => {
  it("says what a known tool does to what", () => {
    const words = toolWords("tool", "sql", { query: "SELECT 1\nFROM t" });
    expect(words).toMatchObject({
      past: "Queried",
      subject: "SELECT 1 FROM t",
      code: { argument: "query", language: "sql" },
    });
  });

  it("names an unknown tool and shows its first words", () => {
    expect(toolWords("tool", "send_email", { count: 2, to: "ana@example.org" })).toMatchObject({
      past: "Used send_email",
      subject: "ana@example.org",
      code: null,
    });
  });

  it("bears input that is no object", () => {
    expect(toolWords("tool", "shell", "not an object").subject).toBe("");
    expect(toolWords("tool", "x", null).subject).toBe("");
  });
});
