import { expect, test } from "vitest";
import { askBefore, askOf, readDay, spanOf, stepsOf } from "@/features/usage/timespan";

const at = (text: string) => Date.parse(text) / 1000;
const NOW = at("2026-11-25T13:30:00Z");

test("30 days are meant where the address says nothing or nonsense", () => {
  expect(askOf(spanOf({}, NOW))).toEqual({ since: "2026-10-27", until: "2026-11-25" });
  expect(spanOf({ span: "nonsense" }, NOW).id).toBe("30d");
  expect(spanOf({ span: "own", since: "2026-11-09", until: "2026-11-01" }, NOW).id).toBe("30d");
});

test("today and this month begin where the day and the month do", () => {
  expect(askOf(spanOf({ span: "1d" }, NOW))).toEqual({ since: "2026-11-25", until: "2026-11-25" });
  expect(askOf(spanOf({ span: "month" }, NOW)).since).toBe("2026-11-01");
});

test("a day that there is not is none", () => {
  expect(readDay("2026-02-30")).toBeNull();
  expect(readDay("yesterday")).toBeNull();
  expect(readDay("2026-02-28")).toBe(at("2026-02-28T00:00:00Z"));
});

test("half a day is put beside half of the day before", () => {
  expect(askBefore(spanOf({ span: "1d" }, NOW), NOW, 90)).toEqual({
    since: "2026-11-24",
    until: "2026-11-24T13:30:00.000Z",
  });
});

test("where single calls are not kept so long, whole days have to do", () => {
  expect(askBefore(spanOf({ span: "7d" }, NOW), NOW, 5)).toEqual({
    since: "2026-11-12",
    until: "2026-11-18",
  });
});

test("days that are over are put beside as many whole days", () => {
  const span = spanOf({ span: "own", since: "2026-11-10", until: "2026-11-12" }, NOW);

  expect(askBefore(span, NOW, 90)).toEqual({ since: "2026-11-07", until: "2026-11-09" });
});

test("this month is put beside the last one by the same day", () => {
  expect(askBefore(spanOf({ span: "month" }, NOW), NOW, 90)).toEqual({
    since: "2026-10-01",
    until: "2026-10-25T13:30:00.000Z",
  });
});

test("a short month before a long one does not reach into the present one", () => {
  const now = at("2026-03-31T12:00:00Z");

  expect(askBefore(spanOf({ span: "month" }, now), now, 90)).toEqual({
    since: "2026-02-01",
    until: "2026-02-28",
  });
});

test("only steps that have begun are drawn", () => {
  expect(stepsOf(spanOf({ span: "1d" }, NOW), NOW)).toHaveLength(14);
  expect(stepsOf(spanOf({}, NOW), NOW)).toHaveLength(30);
});
