import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChartColumnStacked } from "lucide-react";
import { Button, buttonClass } from "@/ui/button";
import { EmptyState, ErrorNote, Spinner } from "@/ui/notes";
import { Choice } from "./choice";
import { Chosen } from "./chosen";
import { Figures } from "./figures";
import {
  DIMENSIONS,
  type Dimension,
  dimensionLabel,
  filterOf,
  readDimension,
  readMetric,
  without,
} from "./filter";
import { useNames } from "./names";
import { breakdownQuery, seriesQuery, summaryQuery } from "./queries";
import { columnsOf, slicesOf } from "./spend";
import { SpendChart } from "./spend_chart";
import { SpendTable } from "./spend_table";
import { askOf, stepsOf } from "./timespan";
import { useSpan, useUsageSearch } from "./usage_search";

/** What was spent: the figures, when, and on what. */
export default function SpendTab() {
  const { search } = useUsageSearch();
  const { span } = useSpan();
  const filter = filterOf(search);
  const summary = useQuery(summaryQuery({ ...askOf(span), ...filter }));
  const isFiltered = Object.keys(filter).length > 0;
  if (summary.error && !summary.data) {
    return (
      <ErrorNote
        className="m-4"
        title="Usage could not be read"
        error={summary.error}
        action={<Button onClick={() => summary.refetch()}>Try again</Button>}
      />
    );
  }
  if (!summary.data) return <Spinner label="Adding up" />;
  if (summary.data.totals.calls === 0 && !isFiltered) return <Nothing />;
  return (
    <div className="pane grow">
      <Chosen filter={filter} />
      <Figures summary={summary.data} filter={filter} />
      <Spending />
    </div>
  );
}

function Spending() {
  const { search, change } = useUsageSearch();
  const { span, now } = useSpan();
  const nameOf = useNames();
  const by = readDimension(search.by);
  const metric = readMetric(search.show);
  const filter = filterOf(search);
  const ask = askOf(span);
  const series = useQuery(seriesQuery({ ...ask, ...filter, by, step: span.step }));
  const breakdown = useQuery(breakdownQuery({ ...ask, ...without(filter, by) }, by));
  const slices = breakdown.data ? slicesOf(breakdown.data, metric) : [];
  // While one of the two still shows the grouping before, their colours would not agree.
  const isOne = series.data?.by === by && breakdown.data?.by === by;
  const columns =
    series.data && isOne ? columnsOf(stepsOf(span, now), series.data, slices, metric) : null;
  const rest = filter[by] ?? null;
  const label = (name: string | null) =>
    name === null ? (rest === null ? "All others" : nameOf(by, rest)) : nameOf(by, name);
  const failed = series.error ?? breakdown.error;
  return (
    <>
      <Controls by={by} metric={metric} onChange={change} />
      {failed && (
        <ErrorNote className="mx-4 mt-3" title="The chart is not up to date" error={failed} />
      )}
      <SpendChart columns={columns} step={span.step} metric={metric} label={label} />
      <SpendTable by={by} metric={metric} slices={isOne ? slices : null} />
    </>
  );
}

interface ControlsProps {
  by: Dimension;
  metric: string;
  onChange: (changes: { by?: string | undefined; show?: string | undefined }) => void;
}

const METRICS = [
  { id: "cost", label: "Cost" },
  { id: "tokens", label: "Tokens" },
  { id: "calls", label: "Calls" },
];
/** As buttons for the usual questions, the others in a list. */
const USUAL: Dimension[] = ["model", "agent", "key", "user", "provider"];

function Controls({ by, metric, onChange }: ControlsProps) {
  const options = DIMENSIONS.filter(({ id }) => USUAL.includes(id) || id === by);
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 pt-4">
      <h2 className="sr-only">Over time, by {dimensionLabel(by).toLowerCase()}</h2>
      <Choice
        label="Show"
        options={METRICS}
        value={metric}
        onChange={(show) => onChange({ show: show === "cost" ? undefined : show })}
      />
      <Choice
        label="Group by"
        options={options}
        value={by}
        onChange={(id) => onChange({ by: id === "model" ? undefined : id })}
      />
    </div>
  );
}

function Nothing() {
  const { search, change } = useUsageSearch();
  return (
    <EmptyState
      icon={ChartColumnStacked}
      title="No calls in this time"
      action={
        search.span === undefined ? (
          <Link to="/" className={buttonClass("primary")}>
            Start a conversation
          </Link>
        ) : (
          <Button onClick={() => change({ span: undefined, since: undefined, until: undefined })}>
            Show the last 30 days
          </Button>
        )
      }
    >
      Every call to a model is counted here: who asked, which model answered, what it cost. Ask an
      agent something, or call <code className="text-12">/v1/chat/completions</code> with an API
      key.
    </EmptyState>
  );
}
