import { describe, expect, it } from "vitest";
import { allowances, allowanceWords } from "@/features/organisation/allowance";
import { contrast, DARK, LEAST, LIGHT, readable } from "@/features/organisation/contrast";
import { doneShare, jobWords } from "@/features/organisation/job_words";
import { slugOf } from "@/features/organisation/slug";

describe("contrast", () => {
  it("counts as WCAG does", () => {
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
    expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
    expect(contrast("#0b57d0", "#0b57d0")).toBe(1);
  });

  it.each([
    ["#ffcc00", LIGHT],
    ["#777777", LIGHT],
    ["#102030", DARK],
  ])("finds what can be read instead of %s on %s", (colour, ground) => {
    const found = readable(colour, ground);

    expect(contrast(colour, ground)).toBeLessThan(LEAST);
    expect(contrast(found, ground)).toBeGreaterThanOrEqual(LEAST);
  });

  it("leaves alone what can be read already", () => {
    expect(readable("#0b57d0", LIGHT)).toBe("#0b57d0");
  });
});

describe("slugOf", () => {
  it.each([
    ["Acme", "acme"],
    ["  Müller & Söhne GmbH ", "muller-sohne-gmbh"],
    ["--", ""],
    ["a".repeat(60), "a".repeat(40)],
  ])("%j is %j", (name, slug) => {
    expect(slugOf(name)).toBe(slug);
  });
});

describe("an allowance", () => {
  it("says what there is of what may be", () => {
    const used = (number: number) => ({ used: number, most: null });
    const [members, projects, , requests, , storage] = allowances(
      { members: 5 },
      {
        members: used(3),
        projects: used(1),
        keys: used(0),
        concurrent_runs: used(0),
        storage_bytes: used(1_200_000),
      },
    );

    expect(members && allowanceWords(members)).toBe("3 of 5");
    expect(projects && allowanceWords(projects)).toBe("1, no limit");
    expect(requests && allowanceWords(requests)).toBe("no limit");
    expect(storage && allowanceWords(storage)).toBe("2, no limit");
    expect(allowanceWords({ most: 9, has: null })).toBe("at most 9");
    expect(allowanceWords({ most: null, has: null })).toBe("no limit");
  });

  it("of nothing is not no limit", () => {
    expect(allowanceWords({ most: 0, has: 0 })).toBe("0 of 0");
  });
});

describe("a job", () => {
  it("is half done, or nobody knows", () => {
    expect(doneShare({ done: 2, total: 4 })).toBe(0.5);
    expect(doneShare({ done: 7, total: 0 })).toBeNull();
    expect(jobWords({ kind: "delete", slug: "acme" })).toBe("Deletion of acme");
  });
});
