/** Agents and their versions. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { AgentSummary, Conversation, Page, Run } from "@/api/types";

export interface Agent extends AgentSummary {
  /** Exactly what was put, byte for byte. */
  yaml: string;
}

export interface AgentVersion {
  version: number;
  digest: string;
  created_at: number | null;
  created_by: string | null;
}

export const agentsQuery = queryOptions({
  queryKey: ["agents", "list"],
  queryFn: ({ signal }) => api.get<Page<AgentSummary>>("/agents", undefined, signal),
});

export const agentQuery = (name: string, version?: number) =>
  queryOptions({
    queryKey: ["agents", "one", name, version ?? "latest"],
    queryFn: ({ signal }) =>
      api.get<Agent>(`/agents/${encodeURIComponent(name)}`, { version }, signal),
    // A version never changes; the latest one may be another by now.
    staleTime: version === undefined ? 5_000 : Number.POSITIVE_INFINITY,
  });

export const versionsQuery = (name: string) =>
  queryOptions({
    queryKey: ["agents", "versions", name],
    queryFn: ({ signal }) =>
      api.get<Page<AgentVersion>>(
        `/agents/${encodeURIComponent(name)}/versions`,
        undefined,
        signal,
      ),
  });

export function useSaveAgent() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ name, yaml }: { name: string; yaml: string }) =>
      api.put<Agent>(`/agents/${encodeURIComponent(name)}`, { yaml }),
    // Not awaited: a new version draws the editor anew, and its own news would be lost.
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["agents"] });
    },
  });
}

export function useDeleteAgent() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => api.delete(`/agents/${encodeURIComponent(name)}`),
    // Only the list: the agent itself is still on the page, and no longer on the server.
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: agentsQuery.queryKey });
    },
  });
}

/** A new conversation with this agent and its first message. */
export function useTry(agent: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (text: string) => {
      const conversation = await api.post<Conversation>("/conversations", { agent });
      const headers = { "Idempotency-Key": crypto.randomUUID() };
      const body = { text, files: [], agent };
      await api.post<Run>(`/conversations/${conversation.id}/messages`, body, headers);
      return conversation;
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["conversations"] });
    },
  });
}
