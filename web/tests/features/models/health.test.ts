import { describe, expect, it } from "vitest";
import {
  dayCells,
  historyCells,
  measureWords,
  percent,
  providerViews,
  stepTo,
} from "@/features/models/health";
import type { HealthNow, TargetHealth } from "@/features/models/types";
import { aBucket } from "./items";

const HOUR = 3600;
const NOW = 1_000 * HOUR + 900;

describe("the strip of a day", () => {
  it("has every hour, the running one last, silent ones as unknown", () => {
    const cells = dayCells([aBucket(999 * HOUR, { state: "down" })], NOW);

    expect(cells).toHaveLength(24);
    expect(cells.at(-1)?.at).toBe(1_000 * HOUR);
    expect(cells.slice(-2).map(({ state }) => state)).toEqual(["down", "unknown"]);
  });

  it("leaves out what is older than it shows", () => {
    expect(dayCells([aBucket(900 * HOUR)], NOW).every(({ bucket }) => bucket === null)).toBe(true);
  });
});

it("a history reaches from its beginning to now", () => {
  const cells = historyCells([aBucket(970 * HOUR)], 970 * HOUR, 6 * HOUR, NOW);

  expect(cells.map(({ state }) => state)).toEqual(["ok", ...Array(5).fill("unknown")]);
});

describe("measures in words", () => {
  it("say how many, how well, how fast and why not", () => {
    const bucket = aBucket(0, { calls: 8, success_rate: 0.5, failures: { denied: 1, limited: 3 } });

    expect(measureWords(bucket)).toBe(
      "8 calls, 50 % went well, first word after 400 ms, mostly failed because its limit was reached",
    );
  });

  it("say that there was nothing", () => {
    expect(measureWords(null)).toBe("no calls");
    expect(measureWords(aBucket(0, { calls: 0 }))).toBe("no calls");
  });
});

it("one failure of a thousand is not 0 %, and 999 of them are not 100 %", () => {
  expect([0, 0.001, 0.5, 0.9995, 1].map(percent)).toEqual([
    "0 %",
    "0.1 %",
    "50 %",
    "99.9 %",
    "100 %",
  ]);
});

describe("a provider's targets", () => {
  const now = { calls: 0, probes: 0, circuit: "closed" } as HealthNow;
  const target = (name: string, more: Partial<TargetHealth> = {}): TargetHealth => ({
    name,
    now,
    day: [],
    day_success_rate: null,
    ...more,
  });

  it("are told apart by whether anybody asked them; an open circuit always shows", () => {
    const models = [
      target("a:quiet"),
      target("a:asked", { day: [aBucket(0)] }),
      target("a:resting", { now: { ...now, circuit: "open" } }),
    ];

    const [view] = providerViews([{ name: "a", state: "ok", sentence: "", own: null, models }]);

    expect(view?.asked.map(({ name }) => name)).toEqual(["a:asked", "a:resting"]);
    expect(view?.silent.map(({ name }) => name)).toEqual(["a:quiet"]);
  });
});

it("the keys of the strip stop at its ends", () => {
  expect(stepTo("ArrowLeft", 0, 24)).toBe(0);
  expect(stepTo("ArrowRight", 3, 24)).toBe(4);
  expect(stepTo("Home", 9, 24)).toBe(0);
  expect(stepTo("End", 9, 24)).toBe(23);
  expect(stepTo("a", 9, 24)).toBeNull();
});
