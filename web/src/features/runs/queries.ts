/** What the server says about runs, and what a person asks of it. */
import {
  type InfiniteData,
  infiniteQueryOptions,
  type QueryClient,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { api } from "@/api/client";
import { type FileRef, isOver, type Page, type Run, type RunEvent } from "@/api/types";
import type { ForkBody } from "./fork";
import { withNews } from "./journal_growth";
import type { RunFilter } from "./search";

/** No stream tells of all runs: the list is read again this often while it is looked at. */
const LIST_EVERY_MS = 3000;
const EVENTS_AT_ONCE = 1000;

export const runsQuery = (filter: RunFilter) =>
  infiniteQueryOptions({
    queryKey: ["runs", "list", filter],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<Run>>("/runs", { ...filter, cursor: pageParam, limit: 60 }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 1) > 3 ? false : LIST_EVERY_MS),
    placeholderData: (before) => before,
  });

type Pages = InfiniteData<Page<Run>, string | null>;

/** News of one run, written into the lists that show it. */
export function putInLists(client: QueryClient, news: Run): void {
  client.setQueriesData<Pages>({ queryKey: ["runs", "list"] }, (before) => {
    if (before === undefined) return before;
    const put = (run: Run) => (run.id === news.id ? withNews(run, news) : run);
    return {
      ...before,
      pages: before.pages.map((page) => ({ ...page, items: page.items.map(put) })),
    };
  });
}

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ["runs", "one", id],
    queryFn: ({ signal }) => api.get<Run>(`/runs/${id}`, undefined, signal),
    // The stream keeps it fresh; this catches what a broken stream missed.
    refetchInterval: ({ state }) => (state.data && !isOver(state.data.status) ? 10_000 : false),
  });

export const eventsQuery = (id: string) =>
  queryOptions({
    queryKey: ["runs", "events", id],
    queryFn: ({ signal }) => readAllEvents(id, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

async function readAllEvents(id: string, signal: AbortSignal): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for (;;) {
    const after = events.at(-1)?.seq ?? -1;
    const query = { after, limit: EVENTS_AT_ONCE };
    const page = await api.get<Page<RunEvent>>(`/runs/${id}/events`, query, signal);
    events.push(...page.items);
    if (page.items.length < EVENTS_AT_ONCE) return events;
  }
}

export const runFilesQuery = (id: string) =>
  queryOptions({
    queryKey: ["runs", "files", id],
    queryFn: ({ signal }) => api.get<Page<FileRef>>(`/runs/${id}/files`, undefined, signal),
  });

/** Words to find by, for choosing the other run of a comparison. */
export const runChoicesQuery = (q: string, agent: string | null) =>
  queryOptions({
    queryKey: ["runs", "choices", q, agent],
    queryFn: ({ signal }) => api.get<Page<Run>>("/runs", { q, agent, limit: 20 }, signal),
    placeholderData: (before) => before,
  });

export function useFork(runId: string) {
  return useChange((body: ForkBody) => api.post<Run>(`/runs/${runId}/fork`, body));
}

export function useReplay(runId: string) {
  return useChange(() => api.post<Run>(`/runs/${runId}/replay`, {}));
}

export function useCancel(runId: string) {
  return useChange((reason: string) => api.post<Run>(`/runs/${runId}/cancel`, { reason }));
}

export interface Resolution {
  key: string;
  outcome: "happened" | "did_not_happen" | "abandon";
  output?: unknown;
}

export function useResolve(runId: string) {
  return useChange((resolution: Resolution) => api.post<Run>(`/runs/${runId}/resolve`, resolution));
}

function useChange<Input>(change: (input: Input) => Promise<Run>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    // Not awaited: what follows a change does not wait for lists to be read again.
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["runs"], predicate: isNotJournal });
    },
  });
}

/** Journals only grow, by their streams: reading them again would lose live text for nothing. */
function isNotJournal({ queryKey }: { queryKey: readonly unknown[] }): boolean {
  return queryKey[1] !== "events";
}
