/** What the server says is wrong with a definition, and where in the text that is. */
import { Problem } from "@/api/client";
import { lineOfField } from "./yaml";

export interface Fault {
  line: number | null;
  text: string;
}

export function readFault(error: unknown, yaml: string): Fault {
  const text = error instanceof Error ? error.message : "The definition was refused.";
  if (!(error instanceof Problem)) return { line: null, text };
  const named = /\bline (\d+)\b/i.exec(text);
  if (named !== null) return { line: Number(named[1]), text };
  const field = error.field;
  return { line: field === null || field === "yaml" ? null : lineOfField(yaml, field), text };
}
