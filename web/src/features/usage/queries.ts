/** What the server says about usage, budgets and advice. */
import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { api } from "@/api/client";
import type { components } from "@/api/schema";
import type { Page } from "@/api/types";
import { type Dimension, type Question, questionText } from "./filter";

type Schemas = components["schemas"];

export type Totals = Schemas["Totals"];
export type Share = Schemas["Share"];
export type Breakdown = Schemas["Breakdown"];
export type Point = Schemas["Point"];
export type Series = Schemas["Series"];
export type Summary = Schemas["Summary"];
export type Call = Schemas["UsageCall"];
export type Budget = Schemas["Budget"];
export type BudgetInput = Schemas["BudgetInput"];
export type Window = Schemas["Window"];
export type Alert = Schemas["Alert"];
export type Advice = Schemas["Advice"];

/** No stream tells of usage: it is read again this often while it is looked at. */
const EVERY_MS = 15_000;
const CALLS_AT_ONCE = 100;

function read<T>(path: string, question: Question, signal: AbortSignal): Promise<T> {
  return api.get<T>(`${path}?${questionText(question)}`, undefined, signal);
}

const usage = <T>(path: string, question: Question) =>
  queryOptions({
    queryKey: ["usage", path, question],
    queryFn: ({ signal }) => read<T>(`/usage/${path}`, question, signal),
    placeholderData: (before) => before,
    refetchInterval: EVERY_MS,
  });

export const summaryQuery = (question: Question) => usage<Summary>("summary", question);
export const seriesQuery = (question: Question) => usage<Series>("series", question);
export const breakdownQuery = (question: Question, by: Dimension) =>
  usage<Breakdown>("breakdown", { ...question, by });

export const callsQuery = (question: Question) =>
  infiniteQueryOptions({
    queryKey: ["usage", "calls", question],
    queryFn: ({ pageParam, signal }) => {
      const page = { cursor: pageParam ?? undefined, limit: String(CALLS_AT_ONCE) };
      return read<Page<Call>>("/usage/calls", { ...question, ...page }, signal);
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: (before) => before,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 1) > 3 ? false : EVERY_MS),
  });

/** One call by its id and the time that it began at: no address of its own leads to it. */
export const callQuery = (id: string, at: number) =>
  queryOptions({
    queryKey: ["usage", "call", id],
    queryFn: async ({ signal }) => {
      const millisecond = Math.floor(at * 1000);
      const time = (ms: number) => new Date(ms).toISOString();
      const around = { since: time(millisecond - 1), until: time(millisecond + 2), limit: "200" };
      const { items } = await read<Page<Call>>("/usage/calls", around, signal);
      return items.find((call) => call.id === id) ?? null;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

export const retentionQuery = queryOptions({
  queryKey: ["usage", "retention"],
  queryFn: ({ signal }) => api.get<{ days: number }>("/usage/retention", undefined, signal),
  staleTime: 60_000,
});

export const budgetsQuery = queryOptions({
  queryKey: ["budgets", "list"],
  queryFn: ({ signal }) => api.get<Page<Budget>>("/budgets", undefined, signal),
});

export const statusQuery = queryOptions({
  queryKey: ["budgets", "status"],
  queryFn: ({ signal }) => api.get<Page<Window>>("/budgets/status", undefined, signal),
  refetchInterval: EVERY_MS,
});

export const windowsQuery = (id: string) =>
  queryOptions({
    queryKey: ["budgets", "windows", id],
    queryFn: ({ signal }) => api.get<Page<Window>>(`/budgets/${id}/windows`, undefined, signal),
  });

export const alertsQuery = infiniteQueryOptions({
  queryKey: ["budgets", "alerts"],
  queryFn: ({ pageParam, signal }) =>
    api.get<Page<Alert>>("/budgets/alerts", { cursor: pageParam, limit: 50 }, signal),
  initialPageParam: null as string | null,
  getNextPageParam: (last) => last.next,
  refetchInterval: EVERY_MS,
});

export const adviceQuery = (since: string) =>
  queryOptions({
    queryKey: ["usage", "advice", since],
    queryFn: ({ signal }) => api.get<Page<Advice>>("/models/advice", { since }, signal),
    placeholderData: (before) => before,
  });

export const keysQuery = queryOptions({
  queryKey: ["keys"],
  queryFn: ({ signal }) => api.get<Page<{ id: string; name: string }>>("/keys", undefined, signal),
  staleTime: 30_000,
});

export const agentNamesQuery = queryOptions({
  queryKey: ["agents"],
  queryFn: ({ signal }) => api.get<Page<{ name: string }>>("/agents", undefined, signal),
  staleTime: 30_000,
});

function useChange<Input, Output>(change: (input: Input) => Promise<Output>, key: string[]) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    // Not awaited: what follows a change does not wait for lists to be read again.
    onSuccess: () => void client.invalidateQueries({ queryKey: key }),
  });
}

export const useAddBudget = () =>
  useChange((body: BudgetInput) => api.post<Budget>("/budgets", body), ["budgets"]);

export const useChangeBudget = () =>
  useChange(
    ({ id, body }: { id: string; body: BudgetInput }) => api.put<Budget>(`/budgets/${id}`, body),
    ["budgets"],
  );

export const useKeep = () =>
  useChange(
    (days: number) => api.put<{ days: number }>("/usage/retention", { days }),
    ["usage", "retention"],
  );
