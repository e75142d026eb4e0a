/** What is wrong with a policy: in its text or in its tests, and where. */
import { Problem } from "@/api/client";
import type { Fault } from "@/features/definitions/fault";

export interface PolicyFault extends Fault {
  part: "text" | "tests" | null;
}

const PLACE = /^Line (\d+), column \d+: /;

/** The sentence names the place at its beginning; the editor shows it at that line. */
export function readPolicyFault(error: unknown): PolicyFault {
  const said = error instanceof Error ? error.message : "The policy was refused.";
  const place = PLACE.exec(said);
  const field = error instanceof Problem ? error.field : null;
  return {
    part: field === "text" || field === "tests" ? field : null,
    line: place === null ? null : Number(place[1]),
    text: said.replace(PLACE, ""),
  };
}

/** As the editor of `part` shows it: a fault of the other part has no line here. */
export function faultIn(part: "text" | "tests", fault: PolicyFault | null): Fault | null {
  if (fault === null || fault.part === part || fault.part === null) return fault;
  const where = fault.part === "tests" ? "the tests" : "the policy";
  const line = fault.line === null ? "" : `, line ${fault.line}`;
  return { line: null, text: `In ${where}${line}: ${fault.text}` };
}
