/** Who may do what: roles, groups, who has which role where, and programs that act for themselves. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { components } from "@/api/schema";
import type { Page } from "@/api/types";

type Schemas = components["schemas"];

export type Role = Schemas["Role"];
export type Grant = Schemas["GrantText"];
export type PermissionInfo = Schemas["PermissionInfo"];
export type Group = Schemas["Group"];
export type Binding = Schemas["Binding"];
export type BindingInput = Schemas["BindingInput"];
export type ServiceAccount = Schemas["ServiceAccount"];
export type Subject = Schemas["SubjectText"];
export type SubjectKind = Subject["kind"];
export type Reason = Schemas["Reason"];
export type WhoCan = Schemas["WhoCan"];
export type Why = Schemas["Why"];
export type Project = Schemas["Project"];

export const ENVIRONMENTS = ["dev", "staging", "production"] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

async function items<Item>(path: string, signal: AbortSignal): Promise<Item[]> {
  return (await api.get<Page<Item>>(path, undefined, signal)).items;
}

export const permissionsQuery = queryOptions({
  queryKey: ["access", "permissions"],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: ({ signal }) => items<PermissionInfo>("/access/permissions", signal),
});

export const rolesQuery = queryOptions({
  queryKey: ["access", "roles"],
  queryFn: ({ signal }) => items<Role>("/roles", signal),
});

export const groupsQuery = queryOptions({
  queryKey: ["access", "groups"],
  queryFn: ({ signal }) => items<Group>("/groups", signal),
});

export const bindingsQuery = queryOptions({
  queryKey: ["access", "bindings"],
  queryFn: ({ signal }) => items<Binding>("/role-bindings", signal),
});

export const servicesQuery = queryOptions({
  queryKey: ["access", "services"],
  queryFn: ({ signal }) => items<ServiceAccount>("/service-accounts", signal),
});

export const projectsQuery = queryOptions({
  queryKey: ["org", "projects"],
  queryFn: ({ signal }) => items<Project>("/org/projects", signal),
});

export interface Question {
  permission: string;
  resource: string;
  project: string;
  environment: string;
  /** Nobody: who can do it. Somebody: why they can or can't. */
  subject: Subject | null;
}

export const answerQuery = (question: Question) =>
  queryOptions({
    queryKey: ["access", "answer", question],
    queryFn: async ({ signal }) => {
      const { subject, resource, ...where } = question;
      const asked = { ...where, resource: resource.trim() || "*" };
      if (subject === null)
        return { who: await api.get<WhoCan>("/access/who-can", asked, signal), why: null };
      const one = { ...asked, kind: subject.kind, subject: subject.id };
      return { who: null, why: await api.get<Why>("/access/why", one, signal) };
    },
  });

/** A change after which everything that begins with one of `keys` is read again. */
export function useChange<Input, Output>(
  change: (input: Input) => Promise<Output>,
  ...keys: string[]
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    // Not awaited: what is read again may draw a form anew, and its own news would be lost.
    onSuccess: () => {
      for (const key of keys) void client.invalidateQueries({ queryKey: [key] });
    },
  });
}

const at = (path: string, id: string) => `${path}/${encodeURIComponent(id)}`;

export const useSaveRole = () =>
  useChange(
    ({ name, ...body }: { name: string; description: string; grants: Grant[] }) =>
      api.put<Role>(at("/roles", name), body),
    "access",
  );

export const useDeleteRole = () =>
  useChange((name: string) => api.delete(at("/roles", name)), "access");

export const useGiveRole = () =>
  useChange((body: BindingInput) => api.post<Binding>("/role-bindings", body), "access", "members");

export const useTakeRole = () =>
  useChange((id: string) => api.delete(at("/role-bindings", id)), "access", "members");

interface GroupText {
  name: string;
  description: string;
}

export const useCreateGroup = () =>
  useChange((body: GroupText) => api.post<Group>("/groups", body), "access");

export const useChangeGroup = (id: string) =>
  useChange((body: GroupText) => api.put<Group>(at("/groups", id), body), "access");

export const useDeleteGroup = () =>
  useChange((id: string) => api.delete(at("/groups", id)), "access");

interface Membership {
  group: string;
  kind: "user" | "service";
  id: string;
}

const memberPath = ({ group, kind, id }: Membership) =>
  `${at("/groups", group)}/members/${at(kind, id)}`;

export const useJoinGroup = () =>
  useChange((one: Membership) => api.put<Group>(memberPath(one)), "access");

export const useLeaveGroup = () =>
  useChange((one: Membership) => api.delete(memberPath(one)), "access");
