/** Policies: what there is, what was decided, and what a draft would do. */
import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { api } from "@/api/client";
import type { components } from "@/api/schema";
import type { Page } from "@/api/types";

type Schemas = components["schemas"];

export type PolicyInfo = Required<Schemas["PolicyInfo"]>;
export type PolicyDetail = Required<Schemas["PolicyDetail"]>;
export type PolicyVersion = Schemas["PolicyVersion"];
export type TestReport = Schemas["TestReport"];
export type DryRun = Schemas["PolicyDryRun"];
export type Change = Schemas["Change"];
export type Finding = Required<Schemas["Finding"]>;
export type Explained = Omit<Schemas["PolicyExplanation"], "findings"> & {
  findings: Finding[];
};
export type Decision = Schemas["KeptDecision"];
export type Effect = Decision["effect"];

/** A policy as it is typed: with this in the place of what is saved. */
export interface Draft {
  name: string;
  text: string;
  tests: string;
}

export interface CallSketch {
  agent?: string | undefined;
  tool: string;
  arguments: Record<string, unknown>;
  taints: string[];
  environment?: string | undefined;
}

const DECISIONS_AT_ONCE = 100;
const EVERY_MS = 15_000;

const path = (name: string) => `/policies/${encodeURIComponent(name)}`;

export const policiesQuery = queryOptions({
  queryKey: ["policies", "list"],
  queryFn: ({ signal }) => api.get<Page<PolicyInfo>>("/policies", undefined, signal),
});

export const policyQuery = (name: string, version?: number) =>
  queryOptions({
    queryKey: ["policies", "one", name, version ?? "newest"],
    queryFn: ({ signal }) => api.get<PolicyDetail>(path(name), { version }, signal),
    staleTime: version === undefined ? 5_000 : Number.POSITIVE_INFINITY,
  });

export const versionsQuery = (name: string) =>
  queryOptions({
    queryKey: ["policies", "versions", name],
    queryFn: ({ signal }) =>
      api.get<Page<PolicyVersion>>(`${path(name)}/versions`, undefined, signal),
  });

export interface DecisionFilter {
  effect?: string | undefined;
  run_id?: string | undefined;
}

export const decisionsQuery = (filter: DecisionFilter) =>
  infiniteQueryOptions({
    queryKey: ["policies", "decisions", filter],
    queryFn: ({ pageParam, signal }) => {
      const page = { cursor: pageParam, limit: DECISIONS_AT_ONCE };
      return api.get<Page<Decision>>("/policies/decisions", { ...filter, ...page }, signal);
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: (before) => before,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 1) > 3 ? false : EVERY_MS),
  });

/** By the policies in force now, for a decision of before. */
export const explainedQuery = (decision: Decision) =>
  queryOptions({
    queryKey: ["policies", "explained", decision.id],
    queryFn: () => api.post<Explained>("/policies/explain", { input: decision.input }),
    retry: false,
  });

function useChange<Input, Output>(change: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    // Not awaited: a new version draws the editor anew, and its own news would be lost.
    onSuccess: () => void client.invalidateQueries({ queryKey: ["policies"] }),
  });
}

export const useSavePolicy = () =>
  useChange(({ name, ...body }: Draft) => api.put<PolicyDetail>(path(name), body));

export const useActivate = () =>
  useChange(({ name, version }: { name: string; version: number }) =>
    api.post<PolicyDetail>(`${path(name)}/activate`, { version }),
  );

export const useDeactivate = () => useChange((name: string) => api.delete(path(name)));

export const useRestore = () =>
  useChange(({ name, version }: { name: string; version: number }) =>
    api.post<PolicyDetail>(`${path(name)}/restore`, { version }),
  );

export const useRunTests = () =>
  useMutation({
    mutationFn: (draft: Draft) => api.post<TestReport>("/policies/test", { draft }),
  });

export const useDryRun = () =>
  useMutation({
    mutationFn: ({ draft, limit }: { draft: Draft; limit: number }) =>
      api.post<DryRun>("/policies/dry-run", { draft, limit }),
  });

export const useExplainCall = () =>
  useMutation({
    mutationFn: (asked: { call: CallSketch; draft?: Draft }) =>
      api.post<Explained>("/policies/explain", asked),
  });
