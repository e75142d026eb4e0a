/** What waits for a person, and what people decided. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Approval, Page, Run, ToolInfo } from "@/api/types";

export const approvalQuery = (id: string) =>
  queryOptions({
    queryKey: ["approvals", "one", id],
    queryFn: ({ signal }) => api.get<Approval>(`/approvals/${id}`, undefined, signal),
  });

/** Everything that was decided or ran out, latest first. */
export const historyQuery = queryOptions({
  queryKey: ["approvals", "history"],
  queryFn: async ({ signal }) => {
    const query = { status: "approved,denied,edited,expired", limit: 200 };
    const page = await api.get<Page<Approval>>("/approvals", query, signal);
    return page.items
      .filter((approval) => approval.status !== "pending")
      .sort((a, b) => (b.decided_at ?? b.requested_at) - (a.decided_at ?? a.requested_at));
  },
});

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
