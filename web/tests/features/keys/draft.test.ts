import { describe, expect, it } from "vitest";
import { checkKey, EMPTY, readKey } from "@/features/keys/draft";
import { expiryWords, mayWords } from "@/features/keys/key_words";

const NAMED = { ...EMPTY, name: " nightly ", expires: "" };

describe("a key that is filled in", () => {
  it("says nothing of what was left alone", () => {
    expect(readKey(NAMED, 1000)).toEqual({ name: "nightly" });
  });

  it("ends the days after now that were chosen", () => {
    expect(readKey({ ...NAMED, expires: "7" }, 1000).expires_at).toBe(1000 + 7 * 86_400);
  });

  it("asks models only, of those that are named", () => {
    const key = readKey({ ...NAMED, may: "models", models: "openai:gpt-*, ours" }, 0);

    expect(key.grants?.map(({ permission }) => permission)).toEqual(["models:read", "models:use"]);
    expect(key.models).toEqual(["openai:gpt-*", "ours"]);
  });

  it("forgets what was ticked before everything was chosen again", () => {
    expect(
      readKey({ ...NAMED, ticked: { "runs:read": "" }, may: "all" }, 0).grants,
    ).toBeUndefined();
  });

  it.each([
    [{ name: " " }, "name"],
    [{ rate: "fast" }, "rate_per_minute"],
    [{ rate: "0" }, "rate_per_minute"],
    [{ rate: "1.5" }, "rate_per_minute"],
    [{ may: "some" as const }, "grants"],
  ])("%j is wrong in its %s", (changes, field) => {
    expect(Object.keys(checkKey({ ...NAMED, ...changes }))).toEqual([field]);
  });
});

describe("a key in words", () => {
  const grant = (permission: string) => ({ permission, resource: "*" });

  it.each([
    [null, null, "all its owner may"],
    [[grant("*")], null, "everything"],
    [[grant("models:read"), grant("models:use")], null, "Models"],
    [[grant("models:use")], ["ours"], "Models; of models ours"],
    [["a", "b", "c", "d", "e"].map((each) => grant(`${each}:read`)), null, "A, B, C and 2 more"],
  ])("%j of models %j", (grants, models, words) => {
    expect(mayWords({ grants, models })).toBe(words);
  });

  it.each([
    [null, "never expires", false],
    [86_400 * 30, "expires in 30 days", false],
    [86_400 * 3, "expires in 3 days", true],
    [60, "expires today", true],
  ])("expires at %j", (at, text, isSoon) => {
    expect(expiryWords(at, 0)).toEqual({ text, isSoon });
  });
});
