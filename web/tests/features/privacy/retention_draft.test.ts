import { describe, expect, it } from "vitest";
import type { DataClass } from "@/features/privacy/queries";
import { changesOf, faultOfDays, rowsWords, typedOf } from "@/features/privacy/retention_draft";

function dataClass(changes: Partial<DataClass>): DataClass {
  return {
    key: "runs",
    title: "Runs",
    description: "",
    days: 90,
    default_days: 90,
    is_default: true,
    least_days: 1,
    most_days: 3650,
    may_stay: true,
    rows: 0,
    oldest: null,
    ...changes,
  };
}

const RUNS = dataClass({});
const AUDIT = dataClass({ key: "audit", days: null, default_days: 730, is_default: false });

describe("what is sent", () => {
  it("is what differs from now, and nothing else", () => {
    expect(changesOf({}, [RUNS, AUDIT])).toEqual({});
    expect(changesOf({ runs: "90", audit: null }, [RUNS, AUDIT])).toEqual({});
    expect(changesOf({ runs: "30" }, [RUNS, AUDIT])).toEqual({ runs: 30 });
    expect(changesOf({ runs: null, audit: "100" }, [RUNS, AUDIT])).toEqual({
      runs: "forever",
      audit: 100,
    });
  });

  it("follows what is usual again where the days are the usual ones", () => {
    expect(changesOf({ audit: "730" }, [AUDIT])).toEqual({ audit: "default" });
  });
});

describe("days", () => {
  it.each(["", "0", "1.5", "3651", "many", "-3"])("%j are not taken", (text) => {
    expect(faultOfDays(text, RUNS)).toBe("A whole number of days from 1 to 3,650.");
  });

  it("are taken within their bounds, or for ever", () => {
    expect(faultOfDays("3650", RUNS)).toBeNull();
    expect(faultOfDays(null, RUNS)).toBeNull();
    expect([typedOf(RUNS), typedOf(AUDIT)]).toEqual(["90", null]);
  });

  it("of more than is counted say so", () => {
    expect([rowsWords(12_345), rowsWords(1_000_000)]).toEqual(["12,345", "1,000,000 or more"]);
  });
});
