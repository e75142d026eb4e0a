import { exactMoment } from "@/lib/format";
import { type Column, DataTable } from "@/ui/data_table";
import { VirtualList } from "@/ui/virtual_list";
import type { AuditEvent } from "./queries";
import { ResultMark } from "./result_mark";
import { actorWords, timeWords } from "./words";

interface Props {
  events: AuditEvent[];
  index: number;
  onOpen: (event: AuditEvent) => void;
  onEnd: () => void;
}

const COLUMNS: Column<AuditEvent>[] = [
  {
    id: "at",
    header: "When",
    width: "124px",
    cell: ({ at }) => (
      <time className="tabular" title={exactMoment(at)}>
        {timeWords(at)}
      </time>
    ),
  },
  { id: "result", header: "Result", width: "84px", cell: (event) => <ResultMark event={event} /> },
  {
    id: "actor",
    header: "Who",
    width: "minmax(100px, 180px)",
    cell: (event) => <span title={event.actor_id}>{actorWords(event)}</span>,
  },
  {
    id: "action",
    header: "Action",
    width: "minmax(140px, 1fr)",
    cell: ({ action }) => <code className="text-12">{action}</code>,
  },
  {
    id: "resource",
    header: "On",
    width: "minmax(120px, 1fr)",
    cell: ({ resource }) => (
      <code className="text-12 text-ink-2" title={resource}>
        {resource || "–"}
      </code>
    ),
  },
  {
    id: "ip",
    header: "From",
    width: "112px",
    cell: ({ ip }) => <code className="text-12 text-ink-3">{ip || "–"}</code>,
  },
];
const SHORT = COLUMNS.filter(({ id }) => ["at", "result", "action"].includes(id));

export function EventTable({
  events,
  index,
  onOpen,
  onEnd,
  isShort,
}: Props & { isShort: boolean }) {
  return (
    <DataTable
      label="Events"
      columns={isShort ? SHORT : COLUMNS}
      rows={events}
      keyOf={({ seq }) => String(seq)}
      activeIndex={index}
      onOpen={onOpen}
      onEnd={onEnd}
    />
  );
}

/** On a phone: two lines an event. */
export function EventLines({ events, index, onOpen, onEnd }: Props) {
  return (
    <VirtualList
      label="Events"
      items={events}
      rowHeight={56}
      keyOf={({ seq }) => String(seq)}
      activeIndex={index}
      onEnd={onEnd}
    >
      {(event) => (
        <button
          type="button"
          onClick={() => onOpen(event)}
          className="flex h-full w-full flex-col justify-center gap-0.5 border-b border-line px-4 text-left hover:bg-hover"
        >
          <span className="flex w-full items-baseline gap-3">
            <code className="min-w-0 grow truncate text-12 font-medium">{event.action}</code>
            <ResultMark event={event} className="text-12" />
          </span>
          <span className="flex w-full gap-3 text-12 text-ink-3">
            <span className="min-w-0 grow truncate">{actorWords(event)}</span>
            <span className="tabular shrink-0">{timeWords(event.at)}</span>
          </span>
        </button>
      )}
    </VirtualList>
  );
}
