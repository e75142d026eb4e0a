import { expect, test } from "vitest";
import type { Verification } from "@/features/audit/queries";
import { verificationWords } from "@/features/audit/words";

const whole: Verification = {
  ok: true,
  events: 1200,
  first_seq: 1,
  seq: 1200,
  hash: "ab",
  broken_seq: null,
  fault: null,
  reason: null,
};

test("a whole log says how much was looked at and up to where", () => {
  const words = verificationWords(whole, 0);

  expect(words).toContain("The log is whole");
  expect(words).toContain("1,200 events");
  expect(words).toContain("up to number 1200");
});

test("a broken one says what is wrong, where, and why", () => {
  const broken = {
    ...whole,
    ok: false,
    broken_seq: 7,
    fault: "changed" as const,
    reason: "Its hash differs.",
  };

  const words = verificationWords(broken, 0);

  expect(words).toContain("An event was changed at number 7. Its hash differs.");
});
