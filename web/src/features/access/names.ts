import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { may } from "@/api/me";
import { membersQuery } from "@/features/members/queries";
import type { NameOf } from "./chain";
import { groupsQuery, type Subject, servicesQuery } from "./queries";

interface Named extends Subject {
  name: string;
}

/** Everybody who can have a role: people, groups and service accounts. */
export function useSubjects(): Named[] {
  const mayMembers = may("members:read");
  const members = useQuery({ ...membersQuery, enabled: mayMembers }).data;
  const groups = useQuery({ ...groupsQuery, enabled: mayMembers }).data;
  const services = useQuery({ ...servicesQuery, enabled: may("service-accounts:read") }).data;
  return useMemo(
    () => [
      ...(members ?? []).map(({ id, name }) => ({ kind: "user" as const, id, name })),
      ...(groups ?? []).map(({ id, name }) => ({ kind: "group" as const, id, name })),
      ...(services ?? []).map(({ id, name }) => ({ kind: "service" as const, id, name })),
    ],
    [members, groups, services],
  );
}

/** What somebody is called; their id until that is known. */
export function useNameOf(): NameOf {
  const subjects = useSubjects();
  const names = useMemo(
    () => new Map(subjects.map(({ kind, id, name }) => [`${kind}:${id}`, name])),
    [subjects],
  );
  return useCallback((kind, id) => names.get(`${kind}:${id}`) ?? id, [names]);
}

export const KIND_WORDS: Record<Subject["kind"], string> = {
  user: "People",
  group: "Groups",
  service: "Service accounts",
};
