import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Run } from "@/api/types";
import { count, duration, exactMoment, moment, money } from "@/lib/format";
import { type Column, ColumnChooser, DataTable } from "@/ui/data_table";
import { Status } from "@/ui/status";
import { runTitle } from "./run_list";
import { runSeconds } from "./search";
import { useNow } from "./use_now";

interface Props {
  runs: Run[];
  index: number;
  onOpen: (run: Run) => void;
  onEnd: () => void;
  columns: string | undefined;
}

/** All runs at a glance: one line each, numbers to the right. */
export function RunTable({ runs, index, onOpen, onEnd, columns }: Props) {
  const now = useNow(
    runs.some((run) => run.status === "running"),
    0,
    1000,
  );
  const hidden = hiddenOf(columns);
  const all = useMemo(() => tableColumns(now), [now]);
  return (
    <DataTable
      label="Runs"
      columns={all.filter((column) => !hidden.includes(column.id))}
      rows={runs}
      keyOf={(run) => run.id}
      activeIndex={index}
      onOpen={onOpen}
      onEnd={onEnd}
    />
  );
}

function tableColumns(now: number): Column<Run>[] {
  return [
    {
      id: "status",
      header: "Status",
      width: "132px",
      cell: (run) => <Status status={run.status} />,
    },
    { id: "title", header: "Run", width: "minmax(220px, 1fr)", cell: (run) => <Title run={run} /> },
    {
      id: "agent",
      header: "Agent",
      width: "128px",
      cell: (run) => <span className="text-ink-2">{run.agent ?? run.kind}</span>,
    },
    {
      id: "id",
      header: "Id",
      width: "120px",
      isExtra: true,
      cell: (run) => <span className="font-mono text-12 text-ink-3">{run.id}</span>,
    },
    {
      id: "started",
      header: "Started",
      width: "84px",
      isNumber: true,
      cell: (run) => <time title={exactMoment(run.created_at)}>{moment(run.created_at, now)}</time>,
    },
    {
      id: "duration",
      header: "Duration",
      width: "92px",
      isNumber: true,
      cell: (run) => duration(runSeconds(run, now)),
    },
    {
      id: "steps",
      header: "Steps",
      width: "56px",
      isNumber: true,
      cell: (run) => count(run.steps),
    },
    {
      id: "tokens",
      header: "Tokens",
      width: "76px",
      isNumber: true,
      cell: (run) => count(run.input_tokens + run.output_tokens),
    },
    {
      id: "cost",
      header: "Cost",
      width: "84px",
      isNumber: true,
      cell: (run) => <Cost run={run} />,
    },
  ];
}

function Cost({ run }: { run: Run }) {
  const text = money(run.cost_usd);
  return <span className={run.cost_usd === null ? "text-ink-3" : undefined}>{text}</span>;
}

function Title({ run }: { run: Run }) {
  const search = useSearch({ from: "/shell/runs" });
  const more = run.status === "waiting" ? run.waiting_for : run.error?.detail;
  return (
    <span className="flex min-w-0 items-baseline gap-2">
      <Link
        to="/runs/$id"
        params={{ id: run.id }}
        search={{ ...search }}
        className="max-w-[62%] shrink-0 truncate font-medium text-ink"
      >
        {runTitle(run)}
      </Link>
      {more && (
        <span
          className={`min-w-0 truncate text-12 ${run.status === "waiting" ? "text-warn" : "text-bad"}`}
        >
          {more}
        </span>
      )}
    </span>
  );
}

/** `columns` in the address lists those that differ from the usual: `-cost`, `+id`. */
function hiddenOf(columns: string | undefined): string[] {
  const named = (columns ?? "").split(",");
  return tableColumns(0)
    .filter(({ id, isExtra }) => (isExtra ? !named.includes(`+${id}`) : named.includes(`-${id}`)))
    .map(({ id }) => id);
}

export function HiddenColumns({ columns }: { columns: string | undefined }) {
  const navigate = useNavigate();
  const all = tableColumns(0).filter(({ id }) => id !== "title" && id !== "status");
  const change = (hidden: string[]) => {
    const named = all.flatMap(({ id, isExtra }) =>
      hidden.includes(id) === Boolean(isExtra) ? [] : [`${isExtra ? "+" : "-"}${id}`],
    );
    void navigate({
      to: "/runs",
      search: (before) => ({ ...before, columns: named.join(",") || undefined }),
      replace: true,
    });
  };
  return <ColumnChooser columns={all} hidden={hiddenOf(columns)} onChange={change} />;
}
