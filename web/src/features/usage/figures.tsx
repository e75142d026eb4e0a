import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { clsx } from "clsx";
import { CircleQuestionMark } from "lucide-react";
import { type ReactNode, useState } from "react";
import { count } from "@/lib/format";
import { change, compact, exactUsd, milliseconds, percent, usd } from "./amounts";
import type { Filter } from "./filter";
import { retentionQuery, type Summary, summaryQuery, type Totals } from "./queries";
import { askBefore, beforeWords } from "./timespan";
import { useSpan } from "./usage_search";

/** The figures that matter, the greatest question first: what did it cost, what will it cost. */
export function Figures({ summary, filter }: { summary: Summary; filter: Filter }) {
  const { totals, latency, forecast } = summary;
  // Where nothing has a price, 0 would be a lie.
  const isKnown = totals.unpriced < totals.calls || totals.calls === 0;
  const spent = isKnown ? totals.cost_usd : null;
  const tokens = totals.input_tokens + totals.output_tokens;
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-4 border-b border-line px-4 py-4 md:grid-cols-3 xl:grid-cols-6">
      <Figure label="Spent" value={usd(spent)} title={exactUsd(spent)} isMain>
        <Against filter={filter} totals={totals} />
      </Figure>
      <Figure
        label={`Forecast for ${monthName(forecast.month)}`}
        value={usd(forecast.expected_usd)}
        title={forecast.method}
      >
        {usd(forecast.low_usd)} to {usd(forecast.high_usd)}, {usd(forecast.spent_usd)} so far
      </Figure>
      <Figure label="Calls" value={count(totals.calls)}>
        {troubles(summary)}
      </Figure>
      <Figure label="Tokens" value={compact(tokens)} title={count(tokens, "token")}>
        {compact(totals.input_tokens)} in
        {totals.cached_tokens > 0 &&
          ` (${percent(totals.cached_tokens / totals.input_tokens)} cached)`}
        , {compact(totals.output_tokens)} out
      </Figure>
      <Figure
        label="Saved by the cache"
        value={usd(totals.saved_usd)}
        title={exactUsd(totals.saved_usd)}
      >
        {count(totals.cache_hits, "call")} answered from it
      </Figure>
      <Figure label="First token" value={milliseconds(latency.first_token_ms.p50 ?? null)}>
        {latency.calls === 0
          ? "nothing measured"
          : `half of the calls; 95 % in ${milliseconds(latency.first_token_ms.p95 ?? null)}`}
      </Figure>
      <Unpriced totals={totals} />
    </dl>
  );
}

interface FigureProps {
  label: string;
  value: string;
  title?: string;
  isMain?: boolean;
  children: ReactNode;
}

function Figure({ label, value, title, isMain, children }: FigureProps) {
  return (
    <div className="min-w-0">
      <dt className="text-12 text-ink-3">{label}</dt>
      <dd
        title={title}
        className={clsx("tabular mt-0.5 font-semibold", isMain ? "text-20" : "text-18")}
      >
        {value}
      </dd>
      <dd className="mt-0.5 text-12 text-ink-2">{children}</dd>
    </div>
  );
}

function Against({ filter, totals }: { filter: Filter; totals: Totals }) {
  const { span } = useSpan();
  // As it was when the page was opened: what is compared with does not move.
  const [now] = useState(() => Date.now() / 1000);
  const kept = useQuery(retentionQuery);
  const before = useQuery({
    ...summaryQuery({ ...askBefore(span, now, kept.data?.days ?? 0), ...filter }),
    enabled: kept.data !== undefined,
    // Figures of another time must not stand beside these.
    placeholderData: undefined,
    refetchInterval: false,
  });
  if (before.data === undefined) return <span className="invisible">compared with before</span>;
  const words = change(Number(totals.cost_usd), Number(before.data.totals.cost_usd));
  if (words === null) return <>nothing to compare it with</>;
  return (
    <span title={`${exactUsd(before.data.totals.cost_usd)} ${beforeWords(span)}`}>
      {words} {beforeWords(span)}
    </span>
  );
}

function Unpriced({ totals }: { totals: Totals }) {
  if (totals.unpriced === 0) return null;
  const share = percent(totals.unpriced / totals.calls);
  return (
    <div className="col-span-full flex gap-2 text-12">
      <dt className="flex shrink-0 items-center gap-1.5 self-start font-medium text-warn">
        <CircleQuestionMark size={14} aria-hidden /> Unknown prices
      </dt>
      <dd className="text-ink-2">
        The price of {count(totals.unpriced, "call")} ({share}) is unknown: they cost something that
        is not in these sums.{" "}
        <Link to="/models/prices" className="text-accent-text underline">
          Give their models a price
        </Link>
      </dd>
    </div>
  );
}

function troubles({ statuses, totals }: Summary): string {
  const failed = statuses["error"] ?? 0;
  const refused = statuses["refused"] ?? 0;
  const said = [
    failed > 0 ? `${count(failed)} failed (${percent(failed / totals.calls)})` : "none failed",
    refused > 0 ? `${count(refused)} refused` : "",
  ];
  return said.filter(Boolean).join(", ");
}

const month = new Intl.DateTimeFormat("en", { month: "long", timeZone: "UTC" });

function monthName(text: string): string {
  return month.format(new Date(`${text}-01T00:00:00Z`));
}
