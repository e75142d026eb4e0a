/** What waits for a person, and what people decided. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Approval, Page, Run, ToolInfo } from "@/api/types";

/** An approval with the arguments that a person put in the place of those asked for. */
export interface AskedCall extends Approval {
  edited_arguments?: Record<string, unknown> | null;
}

export const approvalQuery = (id: string) =>
  queryOptions({
    queryKey: ["approvals", "one", id],
    queryFn: ({ signal }) => api.get<AskedCall>(`/approvals/${id}`, undefined, signal),
  });

/** Everything that was decided or ran out, latest first. */
export const historyQuery = queryOptions({
  queryKey: ["approvals", "history"],
  queryFn: async ({ signal }) => {
    const statuses = "status=approved&status=denied&status=edited&status=expired";
    const page = await api.get<Page<Approval>>(`/approvals?${statuses}&limit=200`, {}, signal);
    return page.items.sort((a, b) => endOf(b) - endOf(a));
  },
});

function endOf(approval: Approval): number {
  return approval.decided_at ?? approval.expires_at ?? approval.requested_at;
}

export const toolsQuery = queryOptions({
  queryKey: ["tools"],
  queryFn: ({ signal }) => api.get<Page<ToolInfo>>("/tools", undefined, signal),
  staleTime: 60_000,
});

/** The run that asks: for its title beside the call. */
export const askingRunQuery = (id: string) =>
  queryOptions({
    queryKey: ["runs", "asking", id],
    queryFn: ({ signal }) => api.get<Run>(`/runs/${id}`, undefined, signal),
    staleTime: 30_000,
  });
