import { Link, useSearch } from "@tanstack/react-router";
import type { Run } from "@/api/types";
import { duration, exactMoment, moment } from "@/lib/format";
import { rowClass } from "@/ui/panes";
import { Status } from "@/ui/status";
import { VirtualList } from "@/ui/virtual_list";
import { runSeconds } from "./search";
import { useNow } from "./use_now";

interface Props {
  runs: Run[];
  index: number;
  onOpen: (run: Run) => void;
  onEnd: () => void;
}

/** Two lines a run: what and who, when and how long. */
export function RunList({ runs, index, onEnd }: Props) {
  const search = useSearch({ from: "/shell/runs" });
  const now = useNow(
    runs.some((run) => run.status === "running"),
    0,
    1000,
  );
  return (
    <VirtualList
      label="Runs"
      items={runs}
      rowHeight={52}
      keyOf={(run) => run.id}
      activeIndex={index}
      onEnd={onEnd}
    >
      {(run, at) => (
        <Link
          to="/runs/$id"
          params={{ id: run.id }}
          search={{ ...search }}
          aria-current={at === index ? "true" : undefined}
          className={rowClass({ isActive: at === index, className: "h-full items-center gap-3" })}
        >
          <Status status={run.status} isIconOnly />
          <span className="min-w-0 grow">
            <span className="block truncate font-medium text-ink">{runTitle(run)}</span>
            <span className="flex min-w-0 gap-1.5 text-12 text-ink-3">
              <span className="shrink-0">{run.agent ?? run.kind}</span>
              <RunLine run={run} />
            </span>
          </span>
          <span className="tabular shrink-0 text-right text-12 text-ink-2">
            <time
              dateTime={new Date(run.created_at * 1000).toISOString()}
              title={exactMoment(run.created_at)}
            >
              {moment(run.created_at, now)}
            </time>
            <span className="block text-ink-3">{duration(runSeconds(run, now))}</span>
          </span>
        </Link>
      )}
    </VirtualList>
  );
}

/** What a run waits for or died of says more than its id. */
function RunLine({ run }: { run: Run }) {
  if (run.status === "waiting" && run.waiting_for !== null) {
    return <span className="truncate text-warn">{run.waiting_for}</span>;
  }
  if (run.error !== null) return <span className="truncate text-bad">{run.error.detail}</span>;
  return <span className="truncate font-mono text-11 leading-4">{run.id}</span>;
}

export function runTitle(run: Run): string {
  return run.title.trim() || "Untitled run";
}
