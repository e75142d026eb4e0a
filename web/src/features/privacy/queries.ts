/** How long data is kept, and the work on single people's data. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, apiUrl } from "@/api/client";
import type { components } from "@/api/schema";
import type { Page } from "@/api/types";
import { useChange } from "@/features/access/queries";

type Schemas = components["schemas"];

export type Retention = Schemas["RetentionState"];
export type DataClass = Schemas["RetentionShown"];
export type Days = Schemas["RetentionChange"]["days"];
export type Hold = Schemas["Hold"];
export type DataJob = Schemas["DataJob"];

const BUSY_MS = 700;
const KEY = "privacy";

export const retentionQuery = queryOptions({
  queryKey: [KEY, "retention"],
  queryFn: ({ signal }) => api.get<Retention>("/data/retention", undefined, signal),
});

const change = (days: Days, dry_run: boolean) =>
  api.put<Retention>("/data/retention", { days, dry_run });

/** What `days` (as JSON) would delete at once, before anything is saved. */
export const previewQuery = (days: string) =>
  queryOptions({
    queryKey: [KEY, "preview", days],
    staleTime: 30_000,
    queryFn: () => change(JSON.parse(days) as Days, true),
  });

/** A change that answers with the whole state. */
function useRetentionChange<Input>(send: (input: Input) => Promise<Retention>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSuccess: (state) => {
      queries.setQueryData(retentionQuery.queryKey, state);
      queries.removeQueries({ queryKey: [KEY, "preview"] });
    },
  });
}

export const useChangeRetention = () => useRetentionChange((days: Days) => change(days, false));

export const useApplyRetention = () =>
  useChange((_: undefined) => api.post<Schemas["Applied"]>("/data/retention/apply"), KEY);

export const useSetHold = () =>
  useChange((reason: string) => api.put<Hold>("/data/hold", { reason }), KEY);

export const useEndHold = () => useChange((_: undefined) => api.delete("/data/hold"), KEY);

export function isBusy({ state }: DataJob): boolean {
  return state === "waiting" || state === "running";
}

/** Asked again and again while something is being done. */
function jobsAt(path: string, key: string) {
  return queryOptions({
    queryKey: [KEY, key],
    queryFn: async ({ signal }) => (await api.get<Page<DataJob>>(path, undefined, signal)).items,
    refetchInterval: ({ state }) => (state.data?.some(isBusy) ? BUSY_MS : false),
  });
}

/** Exports and erasures of everybody, the newest first. */
export const jobsQuery = jobsAt("/data/jobs", "jobs");

/** What one asked for about oneself. */
export const ownExportsQuery = jobsAt("/account/exports", "own");

export function archiveOf({ id }: DataJob, isOwn: boolean): string {
  return apiUrl(isOwn ? `/account/exports/${id}/archive` : `/data/jobs/${id}/archive`);
}

const personPath = (id: string) => `/data/people/${encodeURIComponent(id)}`;

export const useExportPerson = () =>
  useChange((id: string) => api.post<DataJob>(`${personPath(id)}/export`), KEY);

export const useErasePerson = () =>
  useChange(
    ({ id, confirm }: { id: string; confirm: string }) =>
      api.post<DataJob>(`${personPath(id)}/erase`, { confirm }),
    KEY,
  );

export const useRetryJob = () =>
  useChange((id: string) => api.post<DataJob>(`/data/jobs/${id}/retry`), KEY);

export const useExportSelf = () =>
  useChange((_: undefined) => api.post<DataJob>("/account/exports"), KEY);
