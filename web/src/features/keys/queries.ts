/** Keys of the API, and the programs that they let act for themselves. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { components } from "@/api/schema";
import type { Page } from "@/api/types";
import { type ServiceAccount, useChange } from "@/features/access/queries";

type Schemas = components["schemas"];

export type ApiKey = Schemas["ApiKey"];
export type NewKey = Schemas["NewKey"];
export type KeyRequest = Schemas["KeyRequest"];

export const keysQuery = queryOptions({
  queryKey: ["keys", "all"],
  queryFn: async ({ signal }) => (await api.get<Page<ApiKey>>("/keys", undefined, signal)).items,
});

const keyPath = (id: string) => `/keys/${encodeURIComponent(id)}`;

export const useCreateKey = () =>
  useChange((body: KeyRequest) => api.post<NewKey>("/keys", body), "keys");

export const useRotateKey = () =>
  useChange(
    ({ id, graceSeconds }: { id: string; graceSeconds: number }) =>
      api.post<NewKey>(`${keyPath(id)}/rotate`, { grace_seconds: graceSeconds }),
    "keys",
  );

export const useRevokeKey = () => useChange((id: string) => api.delete(keyPath(id)), "keys");

const accountPath = (id: string) => `/service-accounts/${encodeURIComponent(id)}`;

interface AccountText {
  name: string;
  description: string;
  disabled?: boolean;
}

export const useCreateAccount = () =>
  useChange((body: AccountText) => api.post<ServiceAccount>("/service-accounts", body), "access");

export const useChangeAccount = () =>
  useChange(
    ({ id, ...body }: AccountText & { id: string }) =>
      api.put<ServiceAccount>(accountPath(id), body),
    "access",
    "keys",
  );

export const useDeleteAccount = () =>
  useChange((id: string) => api.delete(accountPath(id)), "access", "keys");
