/** What the server says is wrong with a definition, and where in the text that is. */
import { Problem } from "@/api/client";
import { lineOfField } from "./yaml";

export interface Fault {
  line: number | null;
  text: string;
}

/** The field tells the line; a line that the sentence names may be one inside a condition. */
export function readFault(error: unknown, yaml: string): Fault {
  const text = error instanceof Error ? error.message : "The definition was refused.";
  if (!(error instanceof Problem)) return { line: null, text };
  if (error.field !== null && error.field !== "yaml") {
    return { line: lineOfField(yaml, error.field), text };
  }
  const named = /\bline (\d+)\b/i.exec(text);
  return { line: named === null ? null : Number(named[1]), text };
}
