import { describe, expect, it } from "vitest";
import { hasMath, normaliseMath } from "@/features/chat/math";

describe("math", () => {
  it.each(["between $5 and $10", "it costs $5", "$100-$200", "a `$x$` in code"])(
    "is not in %s",
    (text) => {
      expect(
        normaliseMath(text)
          .replace(/\\\$/g, "")
          .replace(/`[^`]*`/g, ""),
      ).not.toContain("$");
    },
  );

  it.each(["$x$", "so $a+b$ holds", "$$\nx\n$$", "\\(x\\)", "\\[x\\]"])("is in %s", (text) => {
    expect(hasMath(text)).toBe(true);
  });

  it("is left out of money in the same sentence", () => {
    expect(normaliseMath("$x$ costs $5 and $6")).toBe("$x$ costs \\$5 and \\$6");
  });

  it("is written in dollars whatever the model used", () => {
    expect(normaliseMath("\\(a\\) and \\[b\\]")).toBe("$a$ and $$\nb\n$$");
  });
});
