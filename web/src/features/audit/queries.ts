/** The audit log: what was done and what was refused. */
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
} from "@tanstack/react-query";
import { api } from "@/api/client";
import type { components } from "@/api/schema";
import type { Page } from "@/api/types";

export type AuditEvent = components["schemas"]["AuditEvent"];
export type Verification = Required<components["schemas"]["Verification"]>;

/** What the server is asked for; times in seconds. */
export interface Asked {
  text?: string | undefined;
  actor?: string | undefined;
  action?: string | undefined;
  resource?: string | undefined;
  result?: string | undefined;
  since?: number | undefined;
  until?: number | undefined;
}

const AT_ONCE = 100;
const EVERY_MS = 15_000;

export const eventsQuery = (asked: Asked) =>
  infiniteQueryOptions({
    queryKey: ["audit", "events", asked],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<AuditEvent>>("/audit", { ...asked, cursor: pageParam, limit: AT_ONCE }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 1) > 3 ? false : EVERY_MS),
  });

/** One event by its number: it is the first below the next one. */
export const eventQuery = (seq: number) =>
  queryOptions({
    queryKey: ["audit", "event", seq],
    queryFn: async ({ signal }) => {
      const page = { cursor: String(seq + 1), limit: 1 };
      const { items } = await api.get<Page<AuditEvent>>("/audit", page, signal);
      return items.find((event) => event.seq === seq) ?? null;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

export const actionsQuery = queryOptions({
  queryKey: ["audit", "actions"],
  queryFn: ({ signal }) => api.get<{ items: string[] }>("/audit/actions", undefined, signal),
  staleTime: 30_000,
});

export const useVerify = () =>
  useMutation({ mutationFn: () => api.get<Verification>("/audit/verify") });
