/** Consents: what a person lets a tool do without being asked again. */
import { infiniteQueryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { components } from "@/api/schema";
import type { Page } from "@/api/types";

type Schemas = components["schemas"];

export type Consent = Required<Schemas["Consent"]>;
export type ConsentStatus = Consent["status"];
export type ConsentInput = Partial<Schemas["ConsentInput"]> & { tool: string };
export type Span = Consent["span"];

export const consentsQuery = (everybody: boolean, status: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ["consents", everybody, status ?? "any"],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<Consent>>("/consents", { everybody, status, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: (before) => before,
  });

function useChange<Input>(change: (input: Input) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => void client.invalidateQueries({ queryKey: ["consents"] }),
  });
}

export const useGive = () =>
  useChange((body: ConsentInput) => api.post<Consent>("/consents", body));

export const useGrant = () => useChange((id: string) => api.post(`/consents/${id}/grant`));

export const useDeny = () => useChange((id: string) => api.post(`/consents/${id}/deny`));

export const useRevoke = () => useChange((id: string) => api.delete(`/consents/${id}`));
