import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Toggle } from "@/features/runs/timeline_tools";
import { count, moment } from "@/lib/format";
import { ErrorNote, Spinner } from "@/ui/notes";
import { historyCells, measureWords } from "./health";
import { FailureLine } from "./health_figures";
import { historyQuery, type Period } from "./health_queries";
import { HealthStrip } from "./health_strip";
import { standingWord } from "./marks";
import { ProbeButton } from "./probe_button";
import type { HealthBucket, TargetHealth } from "./types";

const PERIODS: { period: Period; label: string }[] = [
  { period: "day", label: "Day" },
  { period: "week", label: "Week" },
  { period: "month", label: "Month" },
];
const MOST_ROWS = 12;

/** The history of one target, as a strip and as the newest stretches in words. */
export function HealthDetail({
  target,
  isProvider,
}: {
  target: TargetHealth;
  isProvider: boolean;
}) {
  const search = useSearch({ from: "/shell/models/health" });
  const period = PERIODS.find((each) => each.period === search.period)?.period ?? "day";
  const navigate = useNavigate();
  const { data, error } = useQuery(historyQuery(target.name, period));
  return (
    <div className="flex flex-col gap-3 bg-canvas px-4 py-3 md:pl-4">
      <div className="flex flex-wrap items-center gap-1.5">
        {PERIODS.map((each) => (
          <Toggle
            key={each.period}
            isOn={each.period === period}
            onChange={() =>
              void navigate({
                to: "/models/health",
                search: { ...search, period: each.period },
                replace: true,
              })
            }
          >
            {each.label}
          </Toggle>
        ))}
        <span className="grow" />
        {!isProvider && (
          <>
            <Link
              to="/models/$name"
              params={{ name: target.name }}
              className="mr-2 text-12 text-accent-text hover:underline"
            >
              Its card
            </Link>
            <span className="lg:hidden">
              <ProbeButton name={target.name} />
            </span>
          </>
        )}
      </div>
      <FailureLine failure={target.now.last_failure} />
      {error && !data && <ErrorNote title="Its history could not be read" error={error} />}
      {data === undefined ? (
        !error && <Spinner />
      ) : (
        <>
          <HealthStrip
            label={`The last ${period} of ${target.name}`}
            cells={historyCells(data.buckets, data.since, data.step_seconds, Date.now() / 1000)}
          />
          <Rows buckets={data.buckets} />
        </>
      )}
    </div>
  );
}

function Rows({ buckets }: { buckets: HealthBucket[] }) {
  const newest = buckets.toReversed().slice(0, MOST_ROWS);
  if (newest.length === 0) return <p className="text-ink-3">No calls in this time.</p>;
  const more = buckets.length - newest.length;
  return (
    <ul className="text-12 text-ink-2">
      {newest.map((bucket) => (
        <li key={bucket.at} className="flex gap-3 py-1">
          <time className="tabular w-12 shrink-0 text-ink-3">{moment(bucket.at)}</time>
          <span className="w-16 shrink-0">{standingWord(bucket.state)}</span>
          <span className="min-w-0">{measureWords(bucket)}</span>
        </li>
      ))}
      {more > 0 && <li className="text-ink-3">and {count(more)} earlier</li>}
    </ul>
  );
}
