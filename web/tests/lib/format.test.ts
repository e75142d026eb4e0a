import { describe, expect, it } from "vitest";
import { ago, bytes, count, duration, money } from "@/lib/format";

describe("format", () => {
  it("writes durations in the largest units that tell something", () => {
    const seconds = [0.0004, 0.25, 1.04, 59.9, 61, 3700, 90_000];
    expect(seconds.map(duration)).toEqual([
      "0 ms",
      "250 ms",
      "1.0 s",
      "59.9 s",
      "1 min 1 s",
      "1 h 1 min",
      "1 d 1 h",
    ]);
  });

  it("never shows an unknown price as nothing", () => {
    expect([null, "0", "0.00003", "0.0421", "12.5"].map(money)).toEqual([
      "unknown",
      "free",
      "< $0.0001",
      "$0.0421",
      "$12.50",
    ]);
  });

  it("counts with the right noun", () => {
    expect([count(1, "step"), count(1200, "token"), count(0, "file")]).toEqual([
      "1 step",
      "1,200 tokens",
      "0 files",
    ]);
  });

  it("writes sizes in decimal units", () => {
    expect([12, 1500, 191_270, 2_400_000].map(bytes)).toEqual([
      "12 B",
      "1.5 kB",
      "191 kB",
      "2.4 MB",
    ]);
  });

  it("tells how long ago something was", () => {
    expect([3, 125, 7300].map((seconds) => ago(1_000_000 - seconds, 1_000_000))).toEqual([
      "now",
      "2 min ago",
      "2 h ago",
    ]);
  });
});
