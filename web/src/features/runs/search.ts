/** What the address says about the runs in view: filters of the list, what is open in the detail. */
import { isOver, type Run, type RunStatus } from "@/api/types";

export const TABS = ["timeline", "result", "journal"] as const;
export type DetailTab = (typeof TABS)[number];

/** Anything may stand in an address: what is not understood is left out. */
export function readTab(tab: string | undefined): DetailTab {
  return TABS.find((each) => each === tab) ?? "timeline";
}

const STATUSES: RunStatus[] = ["queued", "running", "waiting", "done", "failed", "cancelled"];

export function readStatuses(status: string | undefined): RunStatus[] {
  const wanted = new Set((status ?? "").split(","));
  return STATUSES.filter((each) => wanted.has(each));
}

export interface RunFilter {
  status?: string | undefined;
  agent?: string | undefined;
  q?: string | undefined;
  session_id?: string | undefined;
}

export function filterOf(search: RunFilter): RunFilter {
  const { agent, q, session_id } = search;
  const status = readStatuses(search.status).join(",") || undefined;
  return { status, agent, q, session_id };
}

export function isFiltered({ status, agent, q, session_id }: RunFilter): boolean {
  return [status, agent, q, session_id].some((each) => each !== undefined && each !== "");
}

/** The questions that people ask of a list of runs. */
export const GROUPS = [
  { label: "Active", status: "queued,running" },
  { label: "Waiting", status: "waiting" },
  { label: "Failed", status: "failed" },
  { label: "Done", status: "done" },
] as const;

/** Seconds that a run has taken so far, or took. */
export function runSeconds(run: Run, nowSeconds: number): number {
  const end = run.ended_at ?? (isOver(run.status) ? run.updated_at : nowSeconds);
  return Math.max(0, end - run.created_at);
}
