/**
 * A fork: a new run that keeps the past up to a step and goes on otherwise.
 *
 * Either the step happens again (with other instructions, another model, another prompt), or its
 * recorded result is kept in an edited form and the run goes on behind it.
 */

import type { Run } from "@/api/types";
import { asData, asText, canonical, type Data } from "./json";
import type { TimelineRow } from "./timeline";

export interface ForkDraft {
  mode: "again" | "edited";
  prompt: string;
  model: string;
  instructions: string;
  output: string;
}

export interface ForkBody {
  at_seq: number;
  input?: unknown;
  definition?: unknown;
  outputs?: Record<string, unknown>;
}

export function draftFork(run: Run, row: TimelineRow | null): ForkDraft {
  return {
    mode: "again",
    prompt: asText(asData(run.input)["text"]),
    model: asText(asData(run.definition)["model"]),
    instructions: asText(asData(run.definition)["instructions"]),
    output: row === null ? "" : editableOutput(row),
  };
}

/** The part of a result that a person edits: a text where it is one, else the whole as JSON. */
export function editableOutput(row: TimelineRow): string {
  const text = textOf(row);
  return text ?? canonical(row.output);
}

export function hasTextOutput(row: TimelineRow): boolean {
  return textOf(row) !== null;
}

function textOf(row: TimelineRow): string | null {
  const output = asData(row.output);
  if (row.kind === "model") {
    const said = asData(output["message"])["text"];
    const calls = asData(output["message"])["calls"];
    const isWords = typeof said === "string" && !(Array.isArray(calls) && calls.length > 0);
    return isWords ? said : null;
  }
  return typeof output["text"] === "string" ? output["text"] : null;
}

function withOutput(row: TimelineRow, edited: string): unknown {
  if (textOf(row) === null) return JSON.parse(edited);
  const output: Data = { ...asData(row.output) };
  if (row.kind !== "model") return { ...output, text: edited };
  return { ...output, message: { ...asData(output["message"]), text: edited } };
}

/** The last event that a fork keeps so that `row` is the first thing to happen in it. */
export function seqBefore(row: TimelineRow | null): number {
  return row?.firstSeq == null ? 0 : Math.max(0, row.firstSeq - 1);
}

export type ForkPlan = { body: ForkBody } | { error: string; field: "output" | "prompt" };

export function planFork(run: Run, row: TimelineRow | null, draft: ForkDraft): ForkPlan {
  const before = draftFork(run, row);
  const body: ForkBody = { at_seq: seqBefore(row) };
  if (draft.prompt !== before.prompt) {
    if (draft.prompt.trim() === "") return { error: "Say what to do.", field: "prompt" };
    body.input = { ...asData(run.input), text: draft.prompt };
  }
  if (draft.model !== before.model || draft.instructions !== before.instructions) {
    body.definition = {
      ...asData(run.definition),
      ...(draft.model === "" ? {} : { model: draft.model }),
      instructions: draft.instructions,
    };
  }
  if (row !== null && draft.mode === "edited") {
    try {
      body.outputs = { [row.key]: withOutput(row, draft.output) };
      body.at_seq = row.lastSeq ?? body.at_seq;
    } catch (problem) {
      return { error: `Not valid JSON: ${(problem as Error).message}`, field: "output" };
    }
  }
  return { body };
}
