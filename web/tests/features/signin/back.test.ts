import { describe, expect, it } from "vitest";
import { ownPath, tokenIn } from "@/features/signin/back";

describe("the way back", () => {
  it("leads to the page one came from, with all of its address", () => {
    expect(ownPath("/runs/run_1?step=3&tab=input#end")).toBe("/runs/run_1?step=3&tab=input#end");
  });

  it.each([
    undefined,
    "",
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    "evil.example",
  ])("never leads away from here: %j", (wanted) => {
    expect(ownPath(wanted)).toBe("/");
  });

  it("does not lead back to signing in", () => {
    expect(["/signin?back=/runs", "/reset", "/verify#token=x"].map(ownPath)).toEqual([
      "/",
      "/",
      "/",
    ]);
  });
});

describe("the token", () => {
  it("is taken out of a whole link, or is what was pasted", () => {
    const given = [
      "http://127.0.0.1:8700/signin?token=abc_-1",
      "https://a.example/reset#token=a%2Bb&x=1",
      "  abc ",
    ];
    expect(given.map(tokenIn)).toEqual(["abc_-1", "a+b", "abc"]);
  });
});
