/** Conversations as the server has them, and what a person does with them. */
import {
  type InfiniteData,
  infiniteQueryOptions,
  type QueryClient,
  queryOptions,
} from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Approval, ChatMessage, Conversation, Page, Run, RunEvent } from "@/api/types";
import { isOver } from "@/api/types";

type Pages = InfiniteData<Page<Conversation>>;

/** No stream tells of all conversations, so the list is read again now and then. */
const LIST_EVERY_MS = 10_000;
const EVENTS_AT_ONCE = 1000;

export const conversationsQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: ["conversations", "list", q],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<Conversation>>("/conversations", { q, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 1) > 2 ? false : LIST_EVERY_MS),
    placeholderData: (before) => before,
  });

export const conversationQuery = (id: string) =>
  queryOptions({
    queryKey: ["conversations", "one", id],
    queryFn: ({ signal }) => api.get<Conversation>(`/conversations/${id}`, undefined, signal),
  });

export const messagesQuery = (id: string) =>
  queryOptions({
    queryKey: ["conversations", "messages", id],
    queryFn: ({ signal }) => readAllMessages(id, signal),
    // The stream says when something changed.
    staleTime: 30_000,
  });

async function readAllMessages(id: string, signal: AbortSignal): Promise<ChatMessage[]> {
  const messages: ChatMessage[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<ChatMessage> = await api.get(
      `/conversations/${id}/messages`,
      { cursor },
      signal,
    );
    messages.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return messages;
}

/** What waits for a person in one run. */
export const runApprovalsQuery = (runId: string) =>
  queryOptions({
    queryKey: ["approvals", "run", runId],
    queryFn: ({ signal }) => api.get<Page<Approval>>("/approvals", { run_id: runId }, signal),
  });

export async function readEvents(runId: string, after: number): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for (;;) {
    const query = { after: events.at(-1)?.seq ?? after, limit: EVENTS_AT_ONCE };
    const page = await api.get<Page<RunEvent>>(`/runs/${runId}/events`, query);
    events.push(...page.items);
    if (page.items.length < EVENTS_AT_ONCE) return events;
  }
}

export function sendMessage(id: string, text: string, files: string[], key: string): Promise<Run> {
  const headers = { "Idempotency-Key": key };
  return api.post<Run>(`/conversations/${id}/messages`, { text, files }, headers);
}

export function cancelRun(id: string): Promise<Run> {
  return api.post<Run>(`/runs/${id}/cancel`, { reason: "Stopped in the chat" });
}

export function forkRun(id: string, body: { at_seq: number; input?: unknown }): Promise<Run> {
  return api.post<Run>(`/runs/${id}/fork`, body);
}

/** A run's news into its message; a run that is not there yet makes the list be read again. */
export function noteRun(client: QueryClient, conversationId: string, news: Run): void {
  const { queryKey } = messagesQuery(conversationId);
  const messages = client.getQueryData(queryKey);
  const before = messages?.find(({ run }) => run.id === news.id)?.run;
  if (!before) {
    void client.invalidateQueries({ queryKey });
    return;
  }
  client.setQueryData(queryKey, (old) =>
    old?.map((each) =>
      each.run.id === news.id ? { ...each, run: { ...each.run, ...news } } : each,
    ),
  );
  if (before.status === news.status) return;
  patchConversation(client, conversationId, { last_status: news.status });
  void client.invalidateQueries({ queryKey: ["approvals"] });
  if (!isOver(news.status)) return;
  void client.invalidateQueries({ queryKey });
  void client.invalidateQueries({ queryKey: ["conversations", "list"] });
}

/** Change one conversation wherever it is listed; null takes it out. Returns the way back. */
export function patchConversation(
  client: QueryClient,
  id: string,
  change: Partial<Conversation> | null,
): () => void {
  const lists = client.getQueriesData<Pages>({ queryKey: ["conversations", "list"] });
  client.setQueriesData<Pages>(
    { queryKey: ["conversations", "list"] },
    (old) =>
      old && {
        ...old,
        pages: old.pages.map((page) => ({
          ...page,
          items: page.items.flatMap((each) =>
            each.id !== id ? each : change ? { ...each, ...change } : [],
          ),
        })),
      },
  );
  if (change)
    client.setQueryData(conversationQuery(id).queryKey, (old) => old && { ...old, ...change });
  return () => {
    for (const [key, data] of lists) client.setQueryData(key, data);
  };
}
