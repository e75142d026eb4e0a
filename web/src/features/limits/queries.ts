/** Limits of rate: the rules, and what counts now. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type LimitRule = Schemas["LimitRule"];
export type Used = Schemas["Used"];
export type Endpoints = LimitRule["endpoints"];

const EVERY_MS = 5_000;

export const limitsQuery = queryOptions({
  queryKey: ["limits", "rules"],
  queryFn: ({ signal }) => api.get<Schemas["LimitRules"]>("/limits", undefined, signal),
});

export const limitUsageQuery = queryOptions({
  queryKey: ["limits", "usage"],
  queryFn: ({ signal }) => api.get<Schemas["LimitUsage"]>("/limits/usage", undefined, signal),
  refetchInterval: EVERY_MS,
});

export interface Change {
  subject: string;
  endpoints: Endpoints;
  requests: number;
  seconds: number;
}

const path = ({ subject, endpoints }: Pick<Change, "subject" | "endpoints">) =>
  `/limits/${encodeURIComponent(subject)}/${endpoints}`;

function useChange<Input, Output>(change: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => void client.invalidateQueries({ queryKey: ["limits"] }),
  });
}

export const useSetLimit = () =>
  useChange((change: Change) =>
    api.put<LimitRule>(path(change), { requests: change.requests, seconds: change.seconds }),
  );

export const useDropLimit = () =>
  useChange((rule: Pick<Change, "subject" | "endpoints">) => api.delete(path(rule)));
