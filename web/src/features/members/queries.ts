/** Who belongs to the organisation, and as what. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { components } from "@/api/schema";
import type { Page } from "@/api/types";
import { useChange } from "@/features/access/queries";

type Schemas = components["schemas"];

export type Member = Schemas["cadre__trust__accounts__schemas__Member"];
export type Invited = Schemas["Invited"];

export const membersQuery = queryOptions({
  queryKey: ["members"],
  queryFn: async ({ signal }) => {
    const all: Member[] = [];
    let cursor: string | null = null;
    do {
      const query: Record<string, string | number | null> = { limit: 100, cursor };
      const page: Page<Member> = await api.get<Page<Member>>("/members", query, signal);
      all.push(...page.items);
      cursor = page.next;
    } while (cursor);
    return all;
  },
});

const pathOf = (id: string) => `/members/${encodeURIComponent(id)}`;

interface Change {
  id: string;
  role?: string;
  status?: "active" | "suspended";
}

export const useChangeMember = () =>
  useChange(({ id, ...body }: Change) => api.patch<Member>(pathOf(id), body), "members", "access");

export const useRemoveMember = () =>
  useChange((id: string) => api.delete(pathOf(id)), "members", "access");

export const useInviteAgain = () =>
  useChange((id: string) => api.post<Invited>(`${pathOf(id)}/invitation`), "members");

export const resetFactors = (id: string) => api.delete(`${pathOf(id)}/mfa`);

export const invite = (email: string, role: string) =>
  api.post<Invited>("/members", { email, role });
