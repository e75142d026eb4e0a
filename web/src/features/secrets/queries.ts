/** Secrets by name: which there are, their versions, who holds one just now. Never what they hold. */
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

export type SecretInfo = Required<Schemas["SecretInfo"]>;
export type SecretVersion = Schemas["SecretVersion"];
export type SecretLease = Schemas["SecretLease"];
export type KeyRotation = Required<Schemas["KeyRotation"]>;

const EVERY_MS = 15_000;
const MOVING_MS = 1_000;

const path = (name: string) => `/secrets/${encodeURIComponent(name)}`;

export const secretsQuery = queryOptions({
  queryKey: ["secrets", "list"],
  queryFn: ({ signal }) => api.get<Page<SecretInfo>>("/secrets", undefined, signal),
});

export const secretVersionsQuery = (name: string) =>
  queryOptions({
    queryKey: ["secrets", "versions", name],
    queryFn: ({ signal }) =>
      api.get<Page<SecretVersion>>(`${path(name)}/versions`, undefined, signal),
  });

export const leasesQuery = infiniteQueryOptions({
  queryKey: ["secrets", "leases"],
  queryFn: ({ pageParam, signal }) =>
    api.get<Page<SecretLease>>("/secrets/leases", { cursor: pageParam }, signal),
  initialPageParam: null as string | null,
  getNextPageParam: (last) => last.next,
  refetchInterval: EVERY_MS,
});

export const rotationQuery = queryOptions({
  queryKey: ["secrets", "rotation"],
  queryFn: ({ signal }) => api.get<KeyRotation>("/secrets/rotation", undefined, signal),
  refetchInterval: ({ state }) => (isMoving(state.data) ? MOVING_MS : false),
});

export function isMoving(rotation: KeyRotation | undefined): boolean {
  return rotation !== undefined && rotation.left > 0;
}

function useChange<Input, Output>(change: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    // What was sent is not kept: it may be a value.
    gcTime: 0,
    onSuccess: () => void client.invalidateQueries({ queryKey: ["secrets"] }),
  });
}

interface Entered {
  name: string;
  value: string;
}

export const useEnter = () =>
  useChange(({ name, value }: Entered) => api.put<SecretInfo>(path(name), { value }));

export const useRotate = () =>
  useChange(({ name, value }: Entered) => api.post<SecretInfo>(`${path(name)}/rotate`, { value }));

interface Sendable {
  name: string;
  hosts: string[];
}

export const useSetHosts = () =>
  useChange(({ name, hosts }: Sendable) => api.put<SecretInfo>(`${path(name)}/hosts`, { hosts }));

export const useDeleteSecret = () => useChange((name: string) => api.delete(path(name)));

export const useRevokeLease = () => useChange((id: string) => api.delete(`/secrets/leases/${id}`));

export const useNewKey = () => useChange(() => api.post<KeyRotation>("/secrets/rotation"));
