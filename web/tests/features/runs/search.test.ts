import { describe, expect, it } from "vitest";
import { readSearch, runSeconds } from "@/features/runs/search";
import { aRun, BORN } from "./journal";

describe("readSearch", () => {
  it("keeps what it understands", () => {
    expect(readSearch({ status: "failed,waiting", agent: "a", q: 42, tab: "journal" })).toEqual({
      status: "waiting,failed",
      agent: "a",
      q: "42",
      tab: "journal",
    });
  });

  it("leaves out what it does not", () => {
    expect(readSearch({ status: "odd", tab: "else", q: "", step: null, more: 1 })).toEqual({});
  });
});

describe("runSeconds", () => {
  it("runs on until the run has ended", () => {
    expect(runSeconds(aRun(), BORN + 5)).toBe(5);
    expect(runSeconds(aRun({ status: "done", ended_at: BORN + 3 }), BORN + 50)).toBe(3);
  });
});
