/** The API's shapes as the console reads them. Times are Unix seconds, money is text in USD. */

export type RunStatus = "queued" | "running" | "waiting" | "done" | "failed" | "cancelled";

export interface RunError {
  code: string;
  detail: string;
}

export interface Origin {
  type: "fork" | "replay";
  run_id: string;
  seq: number;
}

export interface Run {
  id: string;
  kind: string;
  agent: string | null;
  title: string;
  status: RunStatus;
  waiting_for: string | null;
  session_id: string | null;
  parent_id: string | null;
  workspace_id: string | null;
  definition?: unknown;
  input?: unknown;
  output?: unknown;
  error: RunError | null;
  created_at: number;
  updated_at: number;
  ended_at: number | null;
  deadline: number | null;
  cost_usd: string | null;
  input_tokens: number;
  output_tokens: number;
  steps: number;
  last_seq: number;
  origin: Origin | null;
}

export interface RunEvent {
  run_id: string;
  seq: number;
  at: number;
  type: string;
  key: string | null;
  data: unknown;
}

/** Live only, never journaled. */
export interface Frame {
  run_id: string;
  key?: string | null;
  type: string;
  [field: string]: unknown;
}

export interface FileRef {
  path: string;
  media_type: string;
  size: number;
  blob?: string | null;
  title?: string | null;
  modified_at?: number | null;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface Me {
  user: { id: string; name: string };
  org: { id: string; name: string };
  csrf: string;
  version: string;
  features: { sandbox: { available: boolean; kind: string | null; reason: string | null } };
  models: { configured: boolean; default: string };
}

export interface Conversation {
  id: string;
  title: string;
  agent: string;
  created_at: number;
  updated_at: number;
  last_status: RunStatus | null;
}

export interface ChatMessage {
  run: Run;
  user: { text: string; files: FileRef[] };
  assistant: { text: string; files: FileRef[] } | null;
}

export interface Approval {
  id: string;
  run_id: string;
  agent: string | null;
  tool: string;
  arguments: Record<string, unknown>;
  call_hash: string;
  reason: string | null;
  status: "pending" | "approved" | "denied" | "edited" | "expired";
  requested_at: number;
  expires_at: number | null;
  decided_by: string | null;
  decided_at: number | null;
  note: string | null;
}

export interface AgentSummary {
  name: string;
  description: string;
  version: number;
  model: string;
  tools: string[];
  updated_at: number | null;
  builtin: boolean;
}

export interface ToolInfo {
  name: string;
  description: string;
  parameters: unknown;
  read_only: boolean;
  idempotent: boolean;
  dangerous: boolean;
  available: boolean;
  why_not: string | null;
}

export function isOver(status: RunStatus): boolean {
  return status === "done" || status === "failed" || status === "cancelled";
}
