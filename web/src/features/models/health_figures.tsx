import { clsx } from "clsx";
import { ago, duration, exactMoment } from "@/lib/format";
import { percent } from "./health";
import type { LastFailure, Measures } from "./types";

interface Figure {
  label: string;
  value: string | null;
}

/** What was measured; what was not is said to be so, never shown as 0. */
export function figuresOf(measures: Measures): Figure[] {
  const rate = measures.success_rate;
  const seconds = (value: number | null) => (value === null ? null : duration(value));
  const speed = measures.tokens_per_second;
  return [
    { label: "Errors", value: rate === null ? null : percent(1 - rate) },
    { label: "First word, p50", value: seconds(measures.first_token_seconds) },
    { label: "First word, p95", value: seconds(measures.first_token_p95_seconds) },
    { label: "Whole, p50", value: seconds(measures.total_seconds) },
    { label: "Tokens/s", value: speed === null ? null : String(Math.round(speed)) },
  ];
}

export function FigureList({ measures, className }: { measures: Measures; className?: string }) {
  return (
    <dl className={clsx("grid grid-cols-3 gap-x-5 gap-y-2 md:grid-cols-5", className)}>
      {figuresOf(measures).map(({ label, value }) => (
        <div key={label}>
          <dt className="text-11 whitespace-nowrap text-ink-3">{label}</dt>
          <dd className={clsx("tabular", value === null && "text-ink-3")}>{value ?? "unknown"}</dd>
        </div>
      ))}
    </dl>
  );
}

export function FailureLine({ failure }: { failure: LastFailure | null }) {
  if (failure === null) return null;
  return (
    <p className="min-w-0 text-12 break-words text-ink-2">
      <span className="text-ink-3">
        Last failure, <time title={exactMoment(failure.at)}>{ago(failure.at)}</time>:{" "}
      </span>
      {failure.detail} <code className="text-11 text-ink-3">{failure.code}</code>
    </p>
  );
}
