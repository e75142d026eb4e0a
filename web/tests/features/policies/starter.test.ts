import { expect, test } from "vitest";
import { nameFault, starter } from "@/features/policies/starter";

test("names are those that the server takes", () => {
  expect(nameFault("payments_2")).toBeNull();
  expect(nameFault("Payments")).not.toBeNull();
  expect(nameFault("2pay")).not.toBeNull();
  expect(nameFault("pay-day")).not.toBeNull();
  expect(nameFault("decisions")).toContain("taken");
  expect(nameFault("")).not.toBeNull();
});

test("the example is of the packages that the server asks for", () => {
  const { text, tests } = starter("pay");

  expect(text.startsWith("package cadre.org.pay\n")).toBe(true);
  expect(tests.startsWith("package cadre.tests.pay\n")).toBe(true);
});
