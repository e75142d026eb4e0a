/** All organisations of the installation, and the long work on them. */
import { queryOptions } from "@tanstack/react-query";
import { api, apiUrl } from "@/api/client";
import type { components } from "@/api/schema";
import type { Page } from "@/api/types";
import { useChange } from "@/features/access/queries";
import type { Organisation, OrgJob, Provisioned } from "./queries";

type Schemas = components["schemas"];
type NewOrg = Schemas["NewOrg"];
type ImportRequest = Schemas["ImportRequest"];
type Uploaded = Schemas["Uploaded"];

const BUSY_MS = 700;

export const orgsQuery = queryOptions({
  queryKey: ["orgs"],
  queryFn: async ({ signal }) =>
    (await api.get<Page<Organisation>>("/orgs", undefined, signal)).items,
});

export function isBusy({ state }: OrgJob): boolean {
  return state === "waiting" || state === "running";
}

/** Asked again and again while something is being done. */
export const jobsQuery = queryOptions({
  queryKey: ["orgs", "jobs"],
  queryFn: async ({ signal }) =>
    (await api.get<Page<OrgJob>>("/orgs/jobs", undefined, signal)).items,
  refetchInterval: ({ state }) => (state.data?.some(isBusy) ? BUSY_MS : false),
});

const orgPath = (id: string) => `/orgs/${encodeURIComponent(id)}`;

export const archiveUrl = (job: OrgJob) => apiUrl(`/orgs/jobs/${job.id}/archive`);

export const useProvision = () =>
  useChange((body: NewOrg) => api.post<Provisioned>("/orgs", body), "orgs");

export const useSuspendOrg = () =>
  useChange(
    ({ id, reason }: { id: string; reason: string }) =>
      api.post<Organisation>(`${orgPath(id)}/suspend`, { reason }),
    "orgs",
  );

export const useReactivateOrg = () =>
  useChange((id: string) => api.post<Organisation>(`${orgPath(id)}/reactivate`), "orgs");

export const useChangeLimits = () =>
  useChange(
    ({ id, limits }: { id: string; limits: Organisation["limits"] }) =>
      api.patch<Organisation>(orgPath(id), { limits }),
    "orgs",
    "org",
  );

export const useExportOrg = () =>
  useChange(
    ({ id, passphrase }: { id: string; passphrase: string | null }) =>
      api.post<OrgJob>(`${orgPath(id)}/export`, { passphrase }),
    "orgs",
  );

export const useDeleteOrg = () =>
  useChange(
    ({ id, confirm }: { id: string; confirm: string }) =>
      api.post<OrgJob>(`${orgPath(id)}/delete`, { confirm }),
    "orgs",
  );

export const useImportOrg = () =>
  useChange(async ({ file, ...wanted }: Omit<ImportRequest, "archive"> & { file: File }) => {
    const form = new FormData();
    form.append("file", file, file.name);
    const { archive } = await api.post<Uploaded>("/orgs/archives/files", form);
    return api.post<OrgJob>("/orgs/import", { ...wanted, archive });
  }, "orgs");
