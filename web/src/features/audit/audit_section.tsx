/** The audit log, the newest first; one event beside the others. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { clsx } from "clsx";
import { ScrollText } from "lucide-react";
import { useIsNarrow } from "@/features/runs/use_narrow";
import { useSettingsSearch } from "@/features/settings/use_settings_search";
import { useListKeys } from "@/lib/use_list_keys";
import { Button } from "@/ui/button";
import { EmptyState, ErrorNote, Spinner } from "@/ui/notes";
import { AuditFilters } from "./audit_filters";
import { EventPane } from "./event_pane";
import { EventLines, EventTable } from "./event_table";
import { askedOf, isFiltered, NO_FILTER } from "./filter";
import { type AuditEvent, eventsQuery } from "./queries";

export default function AuditSection() {
  const { search, change } = useSettingsSearch();
  const isNarrow = useIsNarrow();
  const query = useInfiniteQuery(eventsQuery(askedOf(search)));
  const events = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const index = events.findIndex(({ seq }) => String(seq) === search.open);
  const isOpen = search.open !== undefined;
  const open = (event: AuditEvent | undefined) =>
    change({ open: event && String(event.seq) }, isOpen);
  const more = () => {
    if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
  };
  useListKeys({
    group: "Audit log",
    count: events.length,
    index,
    onMove: (next) => open(events[next]),
    ...(isOpen ? { onLeave: () => open(undefined) } : {}),
  });
  const list = { events, index, onOpen: open, onEnd: more };
  return (
    <div className="flex min-h-0 min-w-0 grow">
      <div className={clsx("flex min-h-0 min-w-0 grow flex-col", isOpen && "max-md:hidden")}>
        <AuditFilters />
        {query.isPending && <Spinner label="Reading the log" />}
        {query.error && events.length === 0 && (
          <ErrorNote
            className="m-4"
            title="The log could not be read"
            error={query.error}
            action={<Button onClick={() => query.refetch()}>Try again</Button>}
          />
        )}
        {query.isSuccess && events.length === 0 && <Nothing />}
        {events.length > 0 &&
          (isNarrow ? <EventLines {...list} /> : <EventTable {...list} isShort={isOpen} />)}
      </div>
      {search.open !== undefined && (
        <EventPane
          key={search.open}
          seq={Number(search.open)}
          known={events[index]}
          onClose={() => open(undefined)}
        />
      )}
    </div>
  );
}

function Nothing() {
  const { search, change } = useSettingsSearch();
  if (!isFiltered(search)) {
    return (
      <EmptyState icon={ScrollText} title="Nothing was done yet">
        Everything that people and programs change, and everything that was refused to them, is a
        line here. Each line is chained to the one before, so that none can be changed unseen.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={ScrollText}
      title="Nothing matches"
      action={<Button onClick={() => change(NO_FILTER)}>Clear the filters</Button>}
    >
      There may be events, but none that is all of this.
    </EmptyState>
  );
}
