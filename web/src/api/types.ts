/**
 * The API's shapes by their names in the console, from the server's own description
 * (`npm run api` writes schema.ts). Times are Unix seconds, money is text in USD.
 */
import type { components } from "./schema";

type Schemas = components["schemas"];

/** What has a default is always in an answer, though the description calls it optional. */
type Answered<Shape> = { [Name in keyof Shape]-?: Shape[Name] };

export type Run = Schemas["Run"];
export type RunStatus = Run["status"];
export type RunError = Schemas["RunError"];
export type RunEvent = Schemas["RunEvent"];
/** A file that is only named so far has no title yet. */
export type FileRef = Omit<Schemas["FileRef"], "title"> & { title: string | null };
export type Me = Schemas["Me"];
export type Approval = Answered<Omit<Schemas["Approval"], "edited_arguments">> &
  Pick<Schemas["Approval"], "edited_arguments">;
export type AgentSummary = Schemas["AgentSummary"];
export type ToolInfo = Schemas["ToolInfo"];

/** `last_status` is of the newest run; null before the first message. */
export type Conversation = Omit<Schemas["Conversation"], "last_status"> & {
  last_status: RunStatus | null;
};

interface Said {
  text: string;
  files: FileRef[];
}

export interface ChatMessage {
  run: Run;
  user: Said;
  assistant: Said | null;
}

export interface Page<Item> {
  items: Item[];
  next: string | null;
}

/** Live only, never journaled, so not in the description of the API. */
export interface Frame {
  run_id: string;
  key?: string | null;
  type: string;
  [field: string]: unknown;
}

export function isOver(status: RunStatus): boolean {
  return status === "done" || status === "failed" || status === "cancelled";
}
