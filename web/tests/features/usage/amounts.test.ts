import { expect, test } from "vitest";
import { change, compact, exactUsd, milliseconds, percent, usd } from "@/features/usage/amounts";

const plain = (text: string | null) => text?.replaceAll("\u00a0", " ");

test("money has as many digits as it needs, and an unknown price is said", () => {
  expect(usd("1234567.891")).toBe("$1,234,567.89");
  expect(usd("0.5")).toBe("$0.5000");
  expect(plain(usd("0.00001"))).toBe("< $0.0001");
  expect(usd("0E-9")).toBe("$0");
  expect(usd(null)).toBe("unknown");
});

test("the exact amount loses no nano dollar", () => {
  expect(exactUsd("0.000000001")).toBe("$0.000000001");
  expect(exactUsd("1234.5")).toBe("$1,234.50");
  expect(exactUsd(null)).toBe("The price is unknown");
});

test("counts are short from ten thousand on", () => {
  expect([9876, 12_345, 123_456, 4_200_000, 2e9].map(compact).map(plain)).toEqual([
    "9,876",
    "12.3 k",
    "123 k",
    "4.2 M",
    "2.0 B",
  ]);
});

test("what is there is never 0 %, and what is missing never 100 %", () => {
  expect([0, 0.001, 0.5, 0.9999, 1].map(percent).map(plain)).toEqual([
    "0 %",
    "< 1 %",
    "50 %",
    "> 99 %",
    "100 %",
  ]);
});

test("a change is said in words, and nothing can be said of a change from nothing", () => {
  expect(plain(change(112, 100))).toBe("12 % more than");
  expect(plain(change(50, 100))).toBe("50 % less than");
  expect(change(100.1, 100)).toBe("the same as");
  expect(change(2000, 100)).toBe("20 times");
  expect(change(1, 0)).toBeNull();
});

test("what was not measured is a dash", () => {
  expect(milliseconds(null)).toBe("–");
  expect(plain(milliseconds(999))).toBe("999 ms");
  expect(plain(milliseconds(12_345))).toBe("12.3 s");
});
