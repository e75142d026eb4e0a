/** Who may vouch for people who sign in. */
import { queryOptions, useMutation } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { components } from "@/api/schema";
import type { Page } from "@/api/types";
import { useChange } from "@/features/access/queries";

type Schemas = components["schemas"];

export type IdentityProvider = Required<Schemas["IdentityProvider"]>;
export type ProviderInput = Schemas["cadre__trust__federation__schemas__ProviderInput"];
export type ProviderCheck = Required<Schemas["IdentityProviderCheck"]>;

export const providersQuery = queryOptions({
  queryKey: ["identity-providers"],
  queryFn: async ({ signal }) =>
    (await api.get<Page<IdentityProvider>>("/identity-providers", undefined, signal)).items,
});

const pathOf = (id: string) => `/identity-providers/${encodeURIComponent(id)}`;

/** What the sign-in page offers changes with them. */
const KEYS = ["identity-providers", "session"] as const;

export const useSaveProvider = () =>
  useChange(
    ({ id, ...body }: ProviderInput & { id: string | null }) =>
      id === null
        ? api.post<IdentityProvider>("/identity-providers", body)
        : api.put<IdentityProvider>(pathOf(id), body),
    ...KEYS,
  );

export const useDeleteProvider = () => useChange((id: string) => api.delete(pathOf(id)), ...KEYS);

export const useTestProvider = () =>
  useMutation({ mutationFn: (id: string) => api.post<ProviderCheck>(`${pathOf(id)}/test`) });
