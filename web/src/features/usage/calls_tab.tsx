import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { clsx } from "clsx";
import { ListTree } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useIsNarrow } from "@/features/runs/use_narrow";
import { count } from "@/lib/format";
import { useListKeys } from "@/lib/use_list_keys";
import { Button } from "@/ui/button";
import { EmptyState, ErrorNote, Spinner } from "@/ui/notes";
import { CallFilters } from "./call_filters";
import { CallPane } from "./call_pane";
import { CallColumns, CallList, CallTable } from "./call_table";
import { ExportMenu } from "./export_links";
import { filterOf, noFilter, type Question } from "./filter";
import { type Call, callsQuery, summaryQuery } from "./queries";
import { Retention } from "./retention";
import { askOf } from "./timespan";
import { useSpan, useUsageSearch } from "./usage_search";

/** Single calls, the newest first; one of them beside the others. */
export default function CallsTab() {
  const { search } = useUsageSearch();
  const { span } = useSpan();
  const isNarrow = useIsNarrow();
  const question = { ...askOf(span), ...filterOf(search) };
  const query = useInfiniteQuery(callsQuery(question));
  const calls = query.data?.pages.flatMap((page) => page.items) ?? [];
  const { isOpen, index, open, close } = useOpenCall(calls);
  const more = () => {
    if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
  };
  const shared = { calls, index, onOpen: open, onEnd: more };
  return (
    <div className="flex min-h-0 min-w-0 grow">
      <div className={clsx("flex min-h-0 min-w-0 grow flex-col", isOpen && "max-md:hidden")}>
        <Bar
          question={question}
          kept={query.hasNextPage ? null : calls.length}
          hasColumns={!isNarrow && !isOpen}
        />
        <Body query={query} isEmpty={calls.length === 0}>
          {isNarrow ? <CallList {...shared} /> : <CallTable {...shared} isShort={isOpen} />}
        </Body>
      </div>
      {search.call !== undefined && (
        <div className="min-h-0 min-w-0 border-line max-md:w-full md:w-104 md:shrink-0 md:border-l">
          <CallPane
            key={search.call}
            id={search.call}
            at={Number(search.at)}
            known={isOpen ? calls[index] : undefined}
            onClose={close}
          />
        </div>
      )}
    </div>
  );
}

/** Which call is looked at; the one that is open stands in the address. */
function useOpenCall(calls: Call[]) {
  const { search, change } = useUsageSearch();
  const [cursor, setCursor] = useState(-1);
  const isOpen = search.call !== undefined;
  const openIndex = calls.findIndex(({ id }) => id === search.call);
  const index = isOpen ? openIndex : Math.min(cursor, calls.length - 1);
  const open = (call: Call | undefined) => {
    if (call === undefined) return;
    setCursor(calls.indexOf(call));
    change({ call: call.id, at: String(call.at) }, isOpen);
  };
  const close = () => change({ call: undefined, at: undefined });
  useListKeys({
    group: "Calls",
    count: calls.length,
    index,
    onMove: (next) => (isOpen ? open(calls[next]) : setCursor(next)),
    onOpen: (at) => open(calls[at]),
    ...(isOpen ? { onLeave: close } : {}),
  });
  return { isOpen, index, open, close };
}

interface BarProps extends SaidProps {
  hasColumns: boolean;
}

function Bar({ question, kept, hasColumns }: BarProps) {
  return (
    <div className="flex shrink-0 flex-wrap items-center border-b border-line">
      <CallFilters />
      <div className="flex h-11 items-center gap-1 pr-2 max-md:w-full max-md:border-t max-md:border-line max-md:pl-4 md:ml-auto">
        <Said question={question} kept={kept} />
        <Retention />
        {hasColumns && <CallColumns />}
        <ExportMenu question={question} />
      </div>
    </div>
  );
}

interface SaidProps {
  question: Question;
  /** Null: not all of them are read. */
  kept: number | null;
}

/** Sums outlive single calls, so both are said where they differ. */
function Said({ question, kept }: SaidProps) {
  const { data } = useQuery(summaryQuery(question));
  const all = data?.totals.calls;
  const isCut = all !== undefined && kept !== null && kept < all;
  return (
    <span role="status" className="tabular mr-2 min-w-0 grow truncate text-12 text-ink-3">
      {all !== undefined && (isCut ? `${count(kept)} kept of ${count(all)}` : count(all, "call"))}
    </span>
  );
}

interface BodyProps {
  query: { isPending: boolean; error: Error | null; refetch: () => unknown };
  isEmpty: boolean;
  children: ReactNode;
}

function Body({ query, isEmpty, children }: BodyProps) {
  const { search, change } = useUsageSearch();
  if (query.isPending) return <Spinner label="Reading the calls" />;
  if (query.error && isEmpty) {
    return (
      <ErrorNote
        className="m-4"
        title="The calls could not be read"
        error={query.error}
        action={<Button onClick={() => query.refetch()}>Try again</Button>}
      />
    );
  }
  if (!isEmpty) return children;
  const isFiltered = Object.keys(filterOf(search)).length > 0;
  return (
    <EmptyState
      icon={ListTree}
      title={isFiltered ? "No call matches" : "No calls in this time"}
      action={
        isFiltered ? (
          <Button onClick={() => change(noFilter())}>Clear the filters</Button>
        ) : (
          <Button onClick={() => change({ span: undefined, since: undefined, until: undefined })}>
            Show the last 30 days
          </Button>
        )
      }
    >
      {isFiltered
        ? "There may be calls in this time, but none that is all of this."
        : "Each call to a model is a line here: who asked, which model answered, how long it took and what it cost. What was said is in the run, not here."}
    </EmptyState>
  );
}
