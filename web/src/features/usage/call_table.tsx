import { clsx } from "clsx";
import { useMemo } from "react";
import { count, exactMoment } from "@/lib/format";
import { type Column, ColumnChooser, DataTable } from "@/ui/data_table";
import { VirtualList } from "@/ui/virtual_list";
import { compact, exactUsd, milliseconds, usd } from "./amounts";
import { CallStatus } from "./call_status";
import { type NameOf, useNames } from "./names";
import type { Call } from "./queries";
import { callTime } from "./timespan";
import { useSpan, useUsageSearch } from "./usage_search";

interface Props {
  calls: Call[];
  index: number;
  onOpen: (call: Call) => void;
  onEnd: () => void;
}

/** Beside an open call only these have room. */
const SHORT = ["time", "status", "model", "cost", "total"];

export function CallTable({ isShort, ...props }: Props & { isShort: boolean }) {
  const { search } = useUsageSearch();
  const { now } = useSpan();
  const nameOf = useNames();
  const all = useMemo(() => callColumns(now, nameOf), [now, nameOf]);
  const hidden = hiddenOf(search.columns, all);
  const columns = all.filter(({ id }) => (isShort ? SHORT.includes(id) : !hidden.includes(id)));
  return (
    <DataTable
      label="Calls"
      columns={columns}
      rows={props.calls}
      keyOf={(call) => call.id}
      activeIndex={props.index}
      onOpen={props.onOpen}
      onEnd={props.onEnd}
    />
  );
}

function callColumns(now: number, nameOf: NameOf): Column<Call>[] {
  const text = (
    id: string,
    header: string,
    width: string,
    said: (call: Call) => string | null,
  ) => ({
    id,
    header,
    width,
    cell: (call: Call) => (
      <span className="text-ink-2" title={said(call) ?? undefined}>
        {said(call) ?? "–"}
      </span>
    ),
  });
  const number = (id: string, header: string, width: string, said: (call: Call) => string) => ({
    id,
    header,
    width,
    isNumber: true,
    cell: said,
  });
  return [
    {
      id: "time",
      header: "Time",
      width: "104px",
      cell: (call) => (
        <time className="tabular" title={exactMoment(call.at)}>
          {callTime(call.at, now)}
        </time>
      ),
    },
    { id: "status", header: "Outcome", width: "98px", cell: (call) => <CallStatus call={call} /> },
    {
      id: "model",
      header: "Model",
      width: "minmax(140px, 1fr)",
      cell: (call) => <span title={modelOf(call)}>{modelOf(call)}</span>,
    },
    text("route", "Route", "64px", (call) => call.route),
    text("agent", "Agent", "84px", (call) => call.agent),
    text("key", "API key", "84px", (call) => call.key_id && nameOf("key", call.key_id)),
    number("input", "In", "56px", (call) => compact(call.input_tokens)),
    number("output", "Out", "56px", (call) => compact(call.output_tokens)),
    number("cached", "Cached", "60px", (call) => compact(call.cached_tokens)),
    {
      id: "cost",
      header: "Cost",
      width: "76px",
      isNumber: true,
      cell: (call) => <Cost call={call} />,
    },
    number("first", "First token", "76px", (call) => milliseconds(call.first_token_ms)),
    number("total", "Total", "64px", (call) => milliseconds(call.total_ms)),
    number("attempts", "Tries", "36px", (call) => count(call.attempts)),
    { ...text("via", "Way in", "108px", (call) => nameOf("via", call.via)), isExtra: true },
    { ...text("kind", "Kind", "84px", (call) => nameOf("kind", call.kind)), isExtra: true },
    { ...text("id", "Id", "160px", (call) => call.id), isExtra: true },
  ];
}

export function modelOf({ provider, model }: Call): string {
  return `${provider}:${model}`;
}

export function Cost({ call }: { call: Call }) {
  return (
    <span
      className={clsx("tabular", call.cost_usd === null && "text-ink-3")}
      title={exactUsd(call.cost_usd)}
    >
      {usd(call.cost_usd)}
    </span>
  );
}

/** `columns` in the address lists those that differ from the usual: `-cost`, `+id`. */
function hiddenOf(columns: string | undefined, all: Column<Call>[]): string[] {
  const named = (columns ?? "").split(",");
  return all
    .filter(({ id, isExtra }) => (isExtra ? !named.includes(`+${id}`) : named.includes(`-${id}`)))
    .map(({ id }) => id);
}

export function CallColumns() {
  const { search, change } = useUsageSearch();
  const nameOf = useNames();
  const all = callColumns(0, nameOf).filter(({ id }) => !["time", "status", "model"].includes(id));
  const put = (hidden: string[]) => {
    const named = all.flatMap(({ id, isExtra }) =>
      hidden.includes(id) === Boolean(isExtra) ? [] : [`${isExtra ? "+" : "-"}${id}`],
    );
    change({ columns: named.join(",") || undefined });
  };
  return <ColumnChooser columns={all} hidden={hiddenOf(search.columns, all)} onChange={put} />;
}

/** On a phone: two lines a call. */
export function CallList({ calls, index, onOpen, onEnd }: Props) {
  const { now } = useSpan();
  return (
    <VirtualList
      label="Calls"
      items={calls}
      rowHeight={56}
      keyOf={(call) => call.id}
      activeIndex={index}
      onEnd={onEnd}
    >
      {(call) => (
        <button
          type="button"
          onClick={() => onOpen(call)}
          className="flex h-full w-full flex-col justify-center gap-0.5 border-b border-line px-4 text-left hover:bg-hover"
        >
          <span className="flex w-full items-baseline gap-3">
            <span className="min-w-0 grow truncate font-medium">{modelOf(call)}</span>
            <Cost call={call} />
          </span>
          <span className="tabular flex w-full items-center gap-3 text-12 text-ink-3">
            <CallStatus call={call} className="text-12" />
            <span className="min-w-0 grow truncate">{call.agent}</span>
            {milliseconds(call.total_ms)}
            <span>{callTime(call.at, now)}</span>
          </span>
        </button>
      )}
    </VirtualList>
  );
}
