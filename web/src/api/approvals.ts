import { queryOptions, useQuery } from "@tanstack/react-query";
import { api } from "./client";
import type { Approval, Page } from "./types";

/** What waits for a person. Every page shows how many, so it is read again now and then. */
export const pendingApprovalsQuery = queryOptions({
  queryKey: ["approvals", "pending"],
  refetchInterval: 10_000,
  queryFn: ({ signal }) => api.get<Page<Approval>>("/approvals", { status: "pending" }, signal),
});

export function usePendingCount(): number {
  return useQuery(pendingApprovalsQuery).data?.items.length ?? 0;
}
