import { describe, expect, it } from "vitest";
import { addressesIn } from "@/features/members/addresses";

describe("addressesIn", () => {
  it.each([
    ["ada@example.org", ["ada@example.org"]],
    ["ada@example.org, grace@example.org;alan@example.org", 3],
    ["ada@example.org\n\n  grace@example.org ", 2],
    ["Ada Lovelace <ada@example.org>, grace@example.org", ["ada@example.org", "grace@example.org"]],
    ["", []],
  ])("%j", (text, expected) => {
    const { good, bad } = addressesIn(text);

    expect(bad).toEqual([]);
    if (typeof expected === "number") expect(good).toHaveLength(expected);
    else expect(good).toEqual(expected);
  });

  it("names what is no address and keeps the rest", () => {
    expect(addressesIn("ada@example.org bob @x.org c@d")).toEqual({
      good: ["ada@example.org"],
      bad: ["bob", "@x.org", "c@d"],
    });
  });

  it("asks nobody twice, however they are written", () => {
    expect(addressesIn("Ada@example.org ada@example.org").good).toHaveLength(1);
  });
});
