/** Settings of the org: models and their providers, rules of the gate. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Page } from "@/api/types";
import type { GateRule } from "./rules";

export interface Price {
  input: string;
  output: string;
  cached_input?: string | null;
}

export interface Provider {
  name: string;
  /** One of the known kinds; a server of one's own is "compatible". */
  kind: string;
  base_url: string;
  models: string[];
  prices: Record<string, Price>;
  has_key: boolean;
  source: "stored" | "environment";
}

export interface ProviderInput {
  kind: string;
  base_url: string;
  /** Absent: the stored key stays. Empty: it is removed. */
  key?: string;
  models: string[];
  prices: Record<string, Price>;
}

export interface ProviderCheck {
  ok: boolean;
  models: string[];
  detail: string;
  seconds: number;
}

export interface ModelList {
  items: { name: string; provider: string; default: boolean }[];
  default: string;
}

export interface Ruling {
  effect: "allow" | "ask" | "deny" | "error";
  reason: string;
  source: "default" | "org" | "agent" | null;
  rule: GateRule | null;
}

export const modelsQuery = queryOptions({
  queryKey: ["models"],
  queryFn: ({ signal }) => api.get<ModelList>("/models", undefined, signal),
});

export const providersQuery = queryOptions({
  queryKey: ["providers"],
  queryFn: ({ signal }) => api.get<Page<Provider>>("/providers", undefined, signal),
});

export const rulesQuery = queryOptions({
  queryKey: ["gate", "rules"],
  queryFn: ({ signal }) => api.get<{ rules: GateRule[] }>("/gate/rules", undefined, signal),
});

function useChange<Input, Output>(change: (input: Input) => Promise<Output>, keys: string[]) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    // Not awaited: what is read again may draw a form anew, and its own news would be lost.
    onSuccess: () => {
      for (const key of keys) void client.invalidateQueries({ queryKey: [key] });
    },
  });
}

const providerPath = (name: string) => `/providers/${encodeURIComponent(name)}`;

export const useSaveProvider = () =>
  useChange(
    ({ name, ...body }: ProviderInput & { name: string }) =>
      api.put<Provider>(providerPath(name), body),
    ["providers", "models", "me"],
  );

export const useDeleteProvider = () =>
  useChange((name: string) => api.delete(providerPath(name)), ["providers", "models", "me"]);

export const useTestProvider = () =>
  useMutation({
    mutationFn: (name: string) => api.post<ProviderCheck>(`${providerPath(name)}/test`),
  });

export const useDefaultModel = () =>
  useChange((name: string) => api.put<ModelList>("/models/default", { name }), ["models", "me"]);

export const useSaveRules = () =>
  useChange(
    (rules: GateRule[]) => api.put<{ rules: GateRule[] }>("/gate/rules", { rules }),
    ["gate"],
  );

export interface Question {
  tool: string;
  arguments: Record<string, unknown>;
  agent?: string;
}

export const useExplain = () =>
  useMutation({ mutationFn: (question: Question) => api.post<Ruling>("/gate/explain", question) });
