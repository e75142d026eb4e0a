import { expect, test } from "vitest";
import { Problem } from "@/api/client";
import { faultIn, readPolicyFault } from "@/features/policies/fault";

const refusal = new Problem(422, "bad_policy", "Line 6, column 10: unexpected token.", "text");

test("the place at the beginning of the sentence becomes the line", () => {
  expect(readPolicyFault(refusal)).toEqual({ part: "text", line: 6, text: "unexpected token." });
});

test("a fault of the other part is said without a line", () => {
  const fault = readPolicyFault(refusal);

  expect(faultIn("text", fault)?.line).toBe(6);
  expect(faultIn("tests", fault)).toEqual({
    line: null,
    text: "In the policy, line 6: unexpected token.",
  });
});

test("a refusal that names no place is said as it is", () => {
  const fault = readPolicyFault(new Problem(409, "policy_tests_fail", "2 of its tests fail."));

  expect(fault).toEqual({ part: null, line: null, text: "2 of its tests fail." });
  expect(faultIn("tests", fault)).toBe(fault);
});
