/** A route's YAML as text: where a fault in it is, and examples that work. */

import { Problem } from "@/api/client";
import type { Fault } from "@/features/agents/fault";
import { lineOfField } from "@/features/agents/yaml";

/** The address of a route that has no name yet; no name may have a plus. */
export const NEW = "+new";

/** Names no model, so it works with whatever is connected. */
export const EXAMPLE = `name: thrifty
description: Cheap for short questions, strong for pictures and long ones.
rules:
  - when: request.has_images || request.tokens > 20000
    objective: best
    needs:
      capabilities: [text, vision]
  - objective: cheapest
    needs:
      capabilities: [text, tools]
      max_output_price: 10
`;

/** The field tells the line; a line that the sentence names may be one inside a condition. */
export function readRouteFault(error: unknown, yaml: string): Fault {
  const text = error instanceof Error ? error.message : "The route was refused.";
  if (!(error instanceof Problem)) return { line: null, text };
  if (error.field !== null && error.field !== "yaml") {
    return { line: lineOfField(yaml, error.field), text };
  }
  const named = /\bline (\d+)\b/i.exec(text);
  return { line: named === null ? null : Number(named[1]), text };
}
