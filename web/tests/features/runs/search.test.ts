import { describe, expect, it } from "vitest";
import { filterOf, isFiltered, readTab, runSeconds } from "@/features/runs/search";
import { aRun, BORN } from "./journal";

describe("the address", () => {
  it("keeps statuses that exist, in one order, and drops the rest", () => {
    expect(filterOf({ status: "failed,odd,waiting" }).status).toBe("waiting,failed");
    expect(filterOf({ status: "odd" }).status).toBeUndefined();
  });

  it("opens the timeline unless it names another tab that exists", () => {
    expect([readTab("journal"), readTab("odd"), readTab(undefined)]).toEqual([
      "journal",
      "timeline",
      "timeline",
    ]);
  });

  it("knows whether anything is filtered", () => {
    expect(isFiltered({ q: "" })).toBe(false);
    expect(isFiltered({ agent: "assistant" })).toBe(true);
  });
});

describe("runSeconds", () => {
  it("runs on until the run has ended", () => {
    expect(runSeconds(aRun(), BORN + 5)).toBe(5);
    expect(runSeconds(aRun({ status: "done", ended_at: BORN + 3 }), BORN + 50)).toBe(3);
  });
});
