import { describe, expect, it } from "vitest";
import { asFence, splitBlocks } from "@/features/chat/blocks";

describe("splitBlocks", () => {
  it("cuts at blank lines", () => {
    expect(splitBlocks("# One\n\ntwo\nstill two\n\n\nthree")).toEqual([
      "# One",
      "two\nstill two",
      "three",
    ]);
  });

  it("keeps code whole, blank lines and all, closed or still open", () => {
    expect(splitBlocks("a\n```py\nx\n\ny\n```\nb")).toEqual(["a", "```py\nx\n\ny\n```", "b"]);
    expect(splitBlocks("```py\nx\n\ny")).toEqual(["```py\nx\n\ny"]);
  });

  it("does not end a fence at a shorter one inside", () => {
    expect(splitBlocks("````\n```\n````\n\nafter")).toEqual(["````\n```\n````", "after"]);
  });

  it("keeps a list with blank lines and nested code whole, so that it counts on", () => {
    const list = "1. one\n\n2. two\n\n   more of two\n\n   ```\n   code\n   ```\n\n3. three";
    expect(splitBlocks(`${list}\n\nafter`)).toEqual([list, "after"]);
  });

  it("keeps a displayed formula whole", () => {
    expect(splitBlocks("a\n$$\nx\n\ny\n$$\nb")).toEqual(["a", "$$\nx\n\ny\n$$", "b"]);
  });

  it("gives link targets to the blocks that use them", () => {
    const [first = ""] = splitBlocks("see [it][1]\n\n[1]: https://example.org");
    expect(first).toContain("[1]: https://example.org");
  });

  it("changes only the last block while text streams in", () => {
    const whole = "# A\n\ntext one\n\n- x\n- y\n\n```js\n1\n\n2\n```\n\nend of it";
    for (let length = 1; length < whole.length; length++) {
      const now = splitBlocks(whole.slice(0, length));
      const next = splitBlocks(whole.slice(0, length + 1));
      expect(next.slice(0, now.length - 1)).toEqual(now.slice(0, -1));
    }
  });
});

describe("asFence", () => {
  it("reads language and code, closed or not", () => {
    expect(asFence("```python\nx = 1\n```")).toEqual({ language: "python", code: "x = 1" });
    expect(asFence("```python\nx = 1")).toEqual({ language: "python", code: "x = 1" });
    expect(asFence("```")).toEqual({ language: "", code: "" });
  });

  it("is null for anything else", () => {
    expect(asFence("text with ``` in it")).toBeNull();
  });
});
