/** How the latest calls would have gone through what is typed. */
import { useQuery } from "@tanstack/react-query";
import { FlaskConical } from "lucide-react";
import { useState } from "react";
import { Problem } from "@/api/client";
import { Toggle } from "@/features/runs/timeline_tools";
import { useIsNarrow } from "@/features/runs/use_narrow";
import { exactMoment, moment, money } from "@/lib/format";
import { type Column, DataTable } from "@/ui/data_table";
import { Select } from "@/ui/field";
import { EmptyState, ErrorNote, Spinner } from "@/ui/notes";
import { tip } from "@/ui/tooltip";
import { changedWords, costChange } from "./dry_run";
import { dryRunRoute } from "./route_queries";
import type { DryRun, DryRunItem } from "./types";
import type { RouteDraft } from "./use_route_draft";

const LIMITS = [100, 300, 1000];

export function RouteDryRun({ draft }: { draft: RouteDraft }) {
  const [limit, setLimit] = useState(100);
  const { data, error, isPending } = useQuery({
    queryKey: ["models", "dry_run", draft.yaml, limit],
    queryFn: () => dryRunRoute({ yaml: draft.yaml, limit }),
    placeholderData: (old) => old,
    retry: false,
  });
  if (error) {
    return (
      <ErrorNote
        className="m-4"
        title={
          error instanceof Problem && error.status === 422
            ? "The definition has a mistake"
            : "It could not be tried"
        }
        error={error}
      />
    );
  }
  if (isPending) return <Spinner label="Trying it on the latest calls" />;
  if (data.items.length === 0) {
    return (
      <EmptyState icon={FlaskConical} title="No calls to try it on yet">
        Once models have answered, the latest calls are sent through this text on paper: who would
        have answered, and what that would have cost. Nothing is asked for it.
      </EmptyState>
    );
  }
  return <Result run={data} limit={limit} onLimit={setLimit} />;
}

interface ResultProps {
  run: DryRun;
  limit: number;
  onLimit: (limit: number) => void;
}

function Result({ run, limit, onLimit }: ResultProps) {
  const isNarrow = useIsNarrow();
  const [isChangedOnly, setChangedOnly] = useState(false);
  const rows = isChangedOnly ? run.items.filter((item) => item.is_changed) : run.items;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex shrink-0 flex-wrap items-center gap-x-6 gap-y-2 border-b border-line px-4 py-3">
        <p className="font-medium">{changedWords(run)}</p>
        <Costs run={run} />
        <span className="grow" />
        <Toggle isOn={isChangedOnly} onChange={setChangedOnly}>
          Only what changes
        </Toggle>
        <Select
          aria-label="How many calls"
          value={String(limit)}
          onChange={({ target }) => onLimit(Number(target.value))}
          className="[&>select]:h-7 [&>select]:text-12"
        >
          {LIMITS.map((each) => (
            <option key={each} value={each}>
              latest {each}
            </option>
          ))}
        </Select>
      </div>
      <DataTable
        label="Calls, before and after"
        columns={isNarrow ? COLUMNS.filter(({ id }) => id !== "asked") : COLUMNS}
        rows={rows}
        keyOf={(item) => `${item.at} ${run.items.indexOf(item)}`}
      />
    </div>
  );
}

function Costs({ run }: { run: DryRun }) {
  const change = costChange(run);
  if (change === null) return <p className="text-ink-3">What changes in cost is unknown.</p>;
  return (
    <p className="tabular">
      <span className="text-ink-3">Cost </span>
      {change.was} <span aria-hidden>→</span>
      <span className="sr-only">would be</span> {change.would}
      {change.change !== null && (
        <span className={change.isLess ? "text-ok" : "text-ink-2"}> ({change.change})</span>
      )}
      {change.note && <span className="block text-12 text-ink-3">{change.note}</span>}
    </p>
  );
}

const COLUMNS: Column<DryRunItem>[] = [
  {
    id: "at",
    header: "When",
    width: "48px",
    cell: ({ at }) => <time title={exactMoment(at)}>{moment(at)}</time>,
  },
  {
    id: "asked",
    header: "Asked for",
    width: "minmax(96px, 0.6fr)",
    cell: ({ model_asked }) => <Name name={model_asked} />,
  },
  {
    id: "was",
    header: "Answered",
    width: "minmax(112px, 1fr)",
    cell: ({ model_answered }) => <Name name={model_answered} />,
  },
  {
    id: "would",
    header: "Would answer",
    width: "minmax(120px, 1.2fr)",
    cell: (item) => <Would item={item} />,
  },
  {
    id: "cost",
    header: "Cost",
    width: "80px",
    isNumber: true,
    cell: ({ cost_usd }) => <Cost usd={cost_usd} />,
  },
  {
    id: "would_cost",
    header: "Would cost",
    width: "84px",
    isNumber: true,
    cell: ({ would_cost_usd }) => <Cost usd={would_cost_usd} />,
  },
];

function Name({ name }: { name: string }) {
  return <span className="font-mono text-12">{name}</span>;
}

function Would({ item }: { item: DryRunItem }) {
  const { would_answer, is_changed, reason } = item;
  return (
    <span {...tip(reason)}>
      {would_answer === null ? (
        <span className="text-bad">no model</span>
      ) : is_changed ? (
        <span className="font-mono text-12 font-medium">{would_answer}</span>
      ) : (
        <span className="text-ink-3">the same</span>
      )}
    </span>
  );
}

function Cost({ usd }: { usd: string | null }) {
  return <span className={usd === null ? "text-ink-3" : undefined}>{money(usd)}</span>;
}
