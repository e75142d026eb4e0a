/** The organisation, what it has, and for its owner all organisations of the installation. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import { keepMe, meQuery } from "@/api/me";
import type { components } from "@/api/schema";
import type { Page } from "@/api/types";
import { useChange } from "@/features/access/queries";

type Schemas = components["schemas"];

export type Organisation = Schemas["Organisation"];
export type OrgChange = Schemas["OrgChange"];
export type OrgUsage = Schemas["OrgUsage"];
export type Branding = Schemas["Branding"];
export type Domain = Schemas["Domain"];
export type OrgJob = Schemas["OrgJob"];
export type Provisioned = Schemas["Provisioned"];

export const orgQuery = queryOptions({
  queryKey: ["org"],
  queryFn: ({ signal }) => api.get<Organisation>("/org", undefined, signal),
});

export const orgUsageQuery = queryOptions({
  queryKey: ["org", "usage"],
  queryFn: ({ signal }) => api.get<OrgUsage>("/org/usage", undefined, signal),
});

export const brandingQuery = queryOptions({
  queryKey: ["branding"],
  staleTime: 300_000,
  queryFn: ({ signal }) => api.get<Branding>("/org/branding", undefined, signal),
});

export const domainsQuery = queryOptions({
  queryKey: ["org", "domains"],
  queryFn: async ({ signal }) =>
    (await api.get<Page<Domain>>("/org/domains", undefined, signal)).items,
});

/** A change of one's own organisation: every page shows it at once. */
function useOrgChange<Input>(change: (input: Input) => Promise<Organisation>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: (org) => {
      queries.setQueryData(orgQuery.queryKey, org);
      queries.setQueryData(brandingQuery.queryKey, org.branding);
      void queries.invalidateQueries({ queryKey: ["session"] });
      queries.setQueryData(
        meQuery.queryKey,
        (me) => me && keepMe({ ...me, org: { ...me.org, name: org.name } }),
      );
    },
  });
}

export const useChangeOrg = () =>
  useOrgChange((body: OrgChange) => api.patch<Organisation>("/org", body));

export const usePutLogo = () =>
  useOrgChange((file: Blob) => {
    const form = new FormData();
    form.append("file", file, "logo.png");
    return api.put<Organisation>("/org/logo", form);
  });

export const useRemoveLogo = () =>
  useOrgChange((_: undefined) => api.delete<Organisation>("/org/logo"));

const domainPath = (domain: string) => `/org/domains/${encodeURIComponent(domain)}`;

export const useAddDomain = () =>
  useChange((domain: string) => api.post<Domain>("/org/domains", { domain }), "org");

export const useVerifyDomain = () =>
  useChange((domain: string) => api.post<Domain>(`${domainPath(domain)}/verify`), "org");

export const useRemoveDomain = () =>
  useChange((domain: string) => api.delete(domainPath(domain)), "org");

export const useAddProject = () =>
  useChange((body: { slug: string; name: string }) => api.post("/org/projects", body), "org");

export const useRemoveProject = () =>
  useChange((id: string) => api.delete(`/org/projects/${encodeURIComponent(id)}`), "org");
