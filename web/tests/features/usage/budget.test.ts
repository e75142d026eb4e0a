import { expect, test } from "vitest";
import {
  checkDraft,
  draftOf,
  inputOf,
  outlook,
  paceOf,
  readDraft,
  titleOf,
} from "@/features/usage/budget";
import type { Budget } from "@/features/usage/queries";
import { told } from "@/features/usage/told";

const NOW = Date.parse("2026-11-15T12:00:00Z") / 1000;
const BUDGET: Budget = {
  id: "bud_1",
  subject_kind: "key",
  subject: "key_1",
  period: "month",
  limit_usd: "20.500000000",
  mode: "hard",
  warn_at: 0.55,
  enabled: true,
  unpriced: "deny",
  created_at: 1,
  created_by: "Owner",
  updated_at: 2,
};
const named = (_: string, name: string) => (name === "key_1" ? "nightly" : name);
const said = (text: string) => text.replaceAll("\u00a0", " ");

test("a budget that is opened and saved stays what it was", () => {
  expect(readDraft(draftOf(BUDGET))).toEqual({ ...inputOf(BUDGET), limit_usd: "20.5" });
});

test("wrong input is named by its field", () => {
  const draft = draftOf(BUDGET);

  expect(checkDraft(draft)).toEqual({});
  for (const limit of ["", "abc", "1,5", "-3", "0.1234567891", "2000000000"]) {
    expect(Object.keys(checkDraft({ ...draft, limit }))).toEqual(["limit_usd"]);
  }
  expect(Object.keys(checkDraft({ ...draft, warnAt: "101", subject: " " }))).toEqual([
    "warn_at",
    "subject",
  ]);
});

test("a budget of the organisation is of all of it, whatever was chosen before", () => {
  expect(readDraft({ ...draftOf(BUDGET), kind: "org" }).subject).toBe("*");
});

test("titles say whose and how often", () => {
  expect(titleOf(BUDGET, named)).toBe("Monthly budget of key nightly");
  expect(titleOf({ ...BUDGET, subject: "*", period: "day" }, named)).toBe(
    "Daily budget of each key",
  );
  expect(titleOf({ ...BUDGET, subject_kind: "org", period: "total" }, named)).toBe(
    "Total budget of the organisation",
  );
});

test("today counts for as much of it as is over", () => {
  expect(paceOf(6.5, NOW)).toBe(1);
});

test("the day is said on which a month's limit will be reached", () => {
  const month = { period: "month" as const, limit: 20, used: 12 };

  expect(said(outlook({ ...month, pace: 1 }, NOW))).toBe(
    "At the pace of the last 7 days ($1.00 a day) this is reached on November 23.",
  );
  expect(said(outlook({ ...month, pace: 0.2 }, NOW))).toContain("ends with 76 % of it used");
  expect(outlook({ ...month, used: 20, pace: 1 }, NOW)).toContain("reached already");
  expect(outlook({ ...month, pace: 0 }, NOW)).toBe("Nothing of this was spent in the last 7 days.");
});

test("days and budgets without end have an outlook of their own", () => {
  expect(said(outlook({ period: "day", limit: 4, used: 0, pace: 1 }, NOW))).toContain("25 % of it");
  expect(outlook({ period: "day", limit: 1, used: 0, pace: 2 }, NOW)).toContain("before a day");
  expect(outlook({ period: "total", limit: 100, used: 0, pace: 1 }, NOW)).toContain(
    "February 23, 2027",
  );
  expect(outlook({ period: "total", limit: 1000, used: 0, pace: 1 }, NOW)).toContain("two years");
});

test("one call that came near a limit and reached it is told once", () => {
  const alert = {
    budget_id: "bud_1",
    subject: "org",
    window: "2026-11",
    at: 5,
    settled_usd: "2",
    limit_usd: "1",
    title: "",
  };
  const near = { ...alert, level: "warning" as const };
  const reached = { ...alert, level: "limit" as const };

  expect(told([reached, near])).toEqual([reached]);
  expect(told([{ ...reached, at: 9 }, near])).toHaveLength(2);
});
