/** All runs: a table while nothing is open, a list beside the run that is. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Outlet, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Activity } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { Run } from "@/api/types";
import { count } from "@/lib/format";
import { useListKeys } from "@/lib/use_list_keys";
import { Button } from "@/ui/button";
import { EmptyState, ErrorNote, Spinner } from "@/ui/notes";
import { ListDetail, PaneHeader } from "@/ui/panes";
import { runsQuery } from "./queries";
import { RunFilters } from "./run_filters";
import { RunList } from "./run_list";
import { HiddenColumns, RunTable } from "./run_table";
import { filterOf, isFiltered } from "./search";
import { useIsNarrow } from "./use_narrow";

export function RunsPage() {
  const search = useSearch({ from: "/shell/runs" });
  const { id: openId } = useParams({ strict: false });
  const navigate = useNavigate();
  const isNarrow = useIsNarrow();
  const [cursor, setCursor] = useState(0);
  const query = useInfiniteQuery(runsQuery(filterOf(search)));
  const runs = query.data?.pages.flatMap((page) => page.items) ?? [];
  const openIndex = runs.findIndex((run) => run.id === openId);
  const marked = isNarrow ? -1 : Math.min(cursor, runs.length - 1);
  const index = openId === undefined ? marked : openIndex;

  const open = (run: Run | undefined, replace = false) => {
    if (run === undefined) return;
    setCursor(runs.indexOf(run));
    const kept = { ...search };
    void navigate({ to: "/runs/$id", params: { id: run.id }, search: kept, replace });
  };
  useListKeys({
    group: "Runs",
    count: runs.length,
    index,
    onMove: (next) => (openId === undefined ? setCursor(next) : open(runs[next], true)),
    onOpen: (at) => open(runs[at]),
    ...(openId === undefined
      ? {}
      : { onLeave: () => void navigate({ to: "/runs", search: { ...search } }) }),
  });

  const more = () => {
    if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
  };
  const shared = { runs, index, onOpen: (run: Run) => open(run), onEnd: more };
  const isTable = openId === undefined && !isNarrow;
  const list = (
    <>
      <PaneHeader
        title="Runs"
        aside={
          <span className="tabular text-12 text-ink-3">
            {query.data && `${count(runs.length)}${query.hasNextPage ? "+" : ""}`}
          </span>
        }
        actions={isTable && <HiddenColumns columns={search.columns} />}
      />
      <RunFilters search={search} isWide={isTable} />
      <Body query={query} isEmpty={runs.length === 0} isFiltered={isFiltered(filterOf(search))}>
        {isTable ? <RunTable {...shared} columns={search.columns} /> : <RunList {...shared} />}
      </Body>
    </>
  );
  if (isTable) return <div className="flex h-full min-w-0 flex-col">{list}</div>;
  return <ListDetail list={list} detail={<Outlet />} isDetailShown={openId !== undefined} />;
}

interface BodyProps {
  query: { isPending: boolean; error: Error | null; refetch: () => unknown };
  isEmpty: boolean;
  isFiltered: boolean;
  children: ReactNode;
}

function Body({ query, isEmpty, isFiltered, children }: BodyProps) {
  const navigate = useNavigate();
  if (query.isPending) return <Spinner label="Reading the runs" />;
  if (query.error && isEmpty) {
    return (
      <ErrorNote
        className="m-4"
        title="The runs could not be read"
        error={query.error}
        action={<Button onClick={() => query.refetch()}>Try again</Button>}
      />
    );
  }
  if (!isEmpty) return children;
  if (isFiltered) {
    return (
      <EmptyState
        icon={Activity}
        title="No run matches"
        action={
          <Button onClick={() => navigate({ to: "/runs", search: {} })}>Clear the filters</Button>
        }
      >
        Runs are there, but none with this status, agent and text.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={Activity}
      title="No runs yet"
      action={
        <Button tone="primary" onClick={() => navigate({ to: "/" })}>
          Start a conversation
        </Button>
      }
    >
      Each message to an agent is a run. It appears here step by step, with what each step got,
      gave, cost and waited for. Try “total revenue by region in orders.csv as a bar chart”.
    </EmptyState>
  );
}
