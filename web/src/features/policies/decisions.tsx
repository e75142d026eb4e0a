/** What was decided lately, newest first; one of them beside the others, with its chain. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { clsx } from "clsx";
import { Scale } from "lucide-react";
import { useIsNarrow } from "@/features/runs/use_narrow";
import { type SettingsSearch, useSettingsSearch } from "@/features/settings/use_settings_search";
import { ago, exactMoment } from "@/lib/format";
import { useListKeys } from "@/lib/use_list_keys";
import { Button } from "@/ui/button";
import { type Column, DataTable } from "@/ui/data_table";
import { Input, Select } from "@/ui/field";
import { EmptyState, ErrorNote, Spinner } from "@/ui/notes";
import { VirtualList } from "@/ui/virtual_list";
import { DecisionPane } from "./decision_pane";
import { EffectMark } from "./effect";
import { type Decision, decisionsQuery } from "./queries";

const COLUMNS: Column<Decision>[] = [
  {
    id: "effect",
    header: "Decision",
    width: "88px",
    cell: ({ effect }) => <EffectMark effect={effect} />,
  },
  {
    id: "tool",
    header: "Tool",
    width: "minmax(100px, 160px)",
    cell: ({ tool }) => <code className="text-12">{tool}</code>,
  },
  { id: "agent", header: "Agent", width: "minmax(80px, 120px)", cell: ({ agent }) => agent ?? "–" },
  {
    id: "reason",
    header: "Because",
    width: "minmax(140px, 1fr)",
    cell: ({ reasons }) => (
      <span className="text-ink-2" title={reasons.join(" ")}>
        {reasons.join(" ")}
      </span>
    ),
  },
  {
    id: "at",
    header: "When",
    width: "96px",
    isNumber: true,
    cell: ({ at }) => <span title={exactMoment(at)}>{ago(at)}</span>,
  },
];
const SHORT = COLUMNS.filter(({ id }) => id !== "reason" && id !== "agent").map((column) =>
  column.id === "tool" ? { ...column, width: "minmax(100px, 1fr)" } : column,
);

export function Decisions() {
  const { search, change } = useSettingsSearch();
  const isNarrow = useIsNarrow();
  const query = useInfiniteQuery(decisionsQuery({ effect: search.effect, run_id: search.run }));
  const decisions = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const index = decisions.findIndex(({ id }) => id === search.open);
  const isOpen = search.open !== undefined;
  const open = (decision: Decision | undefined) => change({ open: decision?.id });
  const more = () => {
    if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
  };
  useListKeys({
    group: "Decisions",
    count: decisions.length,
    index,
    onMove: (next) => open(decisions[next]),
    ...(isOpen ? { onLeave: () => open(undefined) } : {}),
  });
  const list = { decisions, index, onOpen: open, onEnd: more };
  return (
    <div className="flex h-full min-h-0 min-w-0">
      <div className={clsx("flex min-h-0 min-w-0 grow flex-col", isOpen && "max-md:hidden")}>
        <Filters search={search} onChange={change} />
        {query.isPending && <Spinner label="Reading the decisions" />}
        {query.error && decisions.length === 0 && (
          <ErrorNote className="m-4" title="The decisions could not be read" error={query.error} />
        )}
        {query.isSuccess && decisions.length === 0 && <Nothing search={search} onChange={change} />}
        {decisions.length > 0 &&
          (isNarrow ? <Lines {...list} /> : <Table {...list} isShort={isOpen} />)}
      </div>
      {isOpen && (
        <DecisionPane
          key={search.open}
          decision={decisions[index]}
          isReading={query.isPending}
          onClose={() => open(undefined)}
        />
      )}
    </div>
  );
}

interface FilterProps {
  search: SettingsSearch;
  onChange: (changes: SettingsSearch) => void;
}

function Filters({ search, onChange }: FilterProps) {
  return (
    <div className="flex shrink-0 items-center gap-2 overflow-x-auto border-b border-line px-4 py-2">
      <Select
        aria-label="Decision"
        value={search.effect ?? ""}
        onChange={({ target }) => onChange({ effect: target.value || undefined, open: undefined })}
        className="shrink-0 [&>select]:h-7 [&>select]:text-12 max-md:[&>select]:h-9"
      >
        <option value="">Any decision</option>
        <option value="allow">Allowed</option>
        <option value="ask">Asked</option>
        <option value="deny">Denied</option>
      </Select>
      <Input
        aria-label="Of the run"
        placeholder="Run id"
        spellCheck={false}
        value={search.run ?? ""}
        onChange={({ target }) =>
          onChange({ run: target.value.trim() || undefined, open: undefined })
        }
        className="h-7! max-w-56 min-w-32 font-mono md:text-12! max-md:h-9!"
      />
    </div>
  );
}

function Nothing({ search, onChange }: FilterProps) {
  const isFiltered = search.effect !== undefined || search.run !== undefined;
  if (isFiltered) {
    return (
      <EmptyState
        icon={Scale}
        title="No decision matches"
        action={
          <Button onClick={() => onChange({ effect: undefined, run: undefined })}>
            Clear the filters
          </Button>
        }
      />
    );
  }
  return (
    <EmptyState
      icon={Scale}
      title="Nothing decided yet"
      action={<Button onClick={() => onChange({ tab: "try" })}>Try a call</Button>}
    >
      Each call that an agent makes is a line here: what was decided of it, and by which rules.
      Policies are tried on these before they count.
    </EmptyState>
  );
}

interface ListProps {
  decisions: Decision[];
  index: number;
  onOpen: (decision: Decision) => void;
  onEnd: () => void;
}

function Table({ decisions, index, onOpen, onEnd, isShort }: ListProps & { isShort: boolean }) {
  return (
    <DataTable
      label="Decisions"
      columns={isShort ? SHORT : COLUMNS}
      rows={decisions}
      keyOf={({ id }) => id}
      activeIndex={index}
      onOpen={onOpen}
      onEnd={onEnd}
    />
  );
}

/** On a phone: two lines a decision. */
function Lines({ decisions, index, onOpen, onEnd }: ListProps) {
  return (
    <VirtualList
      label="Decisions"
      items={decisions}
      rowHeight={56}
      keyOf={({ id }) => id}
      activeIndex={index}
      onEnd={onEnd}
    >
      {(decision) => (
        <button
          type="button"
          onClick={() => onOpen(decision)}
          className="flex h-full w-full flex-col justify-center gap-0.5 border-b border-line px-4 text-left hover:bg-hover"
        >
          <span className="flex w-full items-baseline gap-3">
            <code className="min-w-0 grow truncate text-12 font-medium">{decision.tool}</code>
            <EffectMark effect={decision.effect} className="text-12" />
          </span>
          <span className="flex w-full gap-3 text-12 text-ink-3">
            <span className="min-w-0 grow truncate">{decision.reasons.join(" ")}</span>
            <span className="shrink-0">{ago(decision.at)}</span>
          </span>
        </button>
      )}
    </VirtualList>
  );
}
