import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowRight, CircleCheck, CircleQuestionMark, Lightbulb } from "lucide-react";
import { useMemo } from "react";
import { count } from "@/lib/format";
import { Button, buttonClass } from "@/ui/button";
import { EmptyState, ErrorNote, Spinner } from "@/ui/notes";
import { exactUsd, percent, usd } from "./amounts";
import { type Advice, adviceQuery, summaryQuery } from "./queries";
import { shortTime } from "./timespan";
import { useSpan, useUsageSearch } from "./usage_search";

/** Calls that another model would have answered for less. */
export default function AdviceTab() {
  const { span } = useSpan();
  const { data, error, isPending, refetch } = useQuery(adviceQuery(span.first));
  if (isPending) return <Spinner label="Comparing the prices" />;
  if (!data) {
    return (
      <ErrorNote
        className="m-4"
        title="There is no advice just now"
        error={error}
        action={<Button onClick={() => refetch()}>Try again</Button>}
      />
    );
  }
  if (data.items.length === 0) return <Nothing since={span.first} />;
  return (
    <div className="pane grow">
      <Sum advice={data.items} since={shortTime(span.from, "day")} />
      <ul aria-label="Advice">
        {data.items.map((advice) => (
          <AdviceRow key={advice.model} advice={advice} />
        ))}
      </ul>
      <p className="max-w-160 px-4 py-4 text-12 text-ink-3">
        Two models are put side by side if the second has every ability of the first, a window as
        large, and no lower score where both were scored. What it would have cost is reckoned from
        the average call; a provider's cache may make it a little more or less.
      </p>
    </div>
  );
}

function Sum({ advice, since }: { advice: Advice[]; since: string }) {
  const saved = useMemo(
    () => advice.reduce((sum, one) => sum + Number(one.cost_usd) - Number(one.would_cost_usd), 0),
    [advice],
  );
  return (
    <p className="border-b border-line px-4 py-4">
      <span className="tabular text-20 font-semibold">{usd(saved)}</span>
      <span className="ml-2 text-ink-2">
        could have stayed with you since {since}, by {count(advice.length, "change")} of model.
      </span>
    </p>
  );
}

const MODEL = "min-w-0 break-all text-accent-text hover:underline";

function AdviceRow({ advice }: { advice: Advice }) {
  const { search } = useUsageSearch();
  const { model, instead, cost_usd, would_cost_usd, saved_share, scored, sentence, calls } = advice;
  const [provider = "", name = ""] = split(model);
  return (
    <li className="border-b border-line px-4 py-4">
      <p className="max-w-200 font-medium">{sentence}</p>
      <p className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-1">
        <Link to="/models/$name" params={{ name: model }} className={MODEL}>
          {model}
        </Link>
        <ArrowRight size={14} aria-hidden className="shrink-0 text-ink-3" />
        <span className="sr-only">instead</span>
        <Link to="/models/$name" params={{ name: instead }} className={MODEL}>
          {instead}
        </Link>
        <Scored isScored={scored} />
      </p>
      <Bars was={Number(cost_usd)} would={Number(would_cost_usd)} />
      <dl className="mt-2 flex flex-wrap gap-x-6 gap-y-1 text-12 text-ink-2">
        <Fact name="Cost" value={usd(cost_usd)} title={exactUsd(cost_usd)} />
        <Fact name="Would have cost" value={usd(would_cost_usd)} title={exactUsd(would_cost_usd)} />
        <Fact
          name="Less"
          value={`${usd(Number(cost_usd) - Number(would_cost_usd))} (${percent(Number(saved_share))})`}
        />
        <Fact name="Calls" value={count(calls)} />
      </dl>
      <div className="mt-3 flex flex-wrap gap-2">
        <Link
          to="/usage/$tab"
          params={{ tab: "calls" }}
          search={{
            span: search.span,
            since: search.since,
            until: search.until,
            model,
            status: "ok",
          }}
          aria-label={`See these calls of ${name || provider}`}
          className={buttonClass("default", "sm")}
        >
          See these calls
        </Link>
        <Link to="/models/routes" className={buttonClass("default", "sm")}>
          Change a route
        </Link>
      </div>
    </li>
  );
}

function split(model: string): string[] {
  const at = model.indexOf(":");
  return [model.slice(0, at), model.slice(at + 1)];
}

function Scored({ isScored }: { isScored: boolean }) {
  const Icon = isScored ? CircleCheck : CircleQuestionMark;
  return (
    <span
      className={`inline-flex items-center gap-1.5 text-12 ${isScored ? "text-ok" : "text-warn"}`}
    >
      <Icon size={14} aria-hidden />
      {isScored ? "Scored as good" : "Not compared yet: try it first"}
    </span>
  );
}

function Bars({ was, would }: { was: number; would: number }) {
  return (
    <div aria-hidden className="mt-2 flex max-w-120 flex-col gap-1">
      <span className="h-2 rounded-full bg-kind-wait" />
      <span
        className="h-2 min-w-1 rounded-full bg-ok"
        style={{ width: `${was > 0 ? (would / was) * 100 : 0}%` }}
      />
    </div>
  );
}

function Fact({ name, value, title }: { name: string; value: string; title?: string }) {
  return (
    <div className="flex gap-1.5">
      <dt>{name}</dt>
      <dd className="tabular font-medium text-ink" title={title}>
        {value}
      </dd>
    </div>
  );
}

/** What is needed first, and how much of it there is. */
function Nothing({ since }: { since: string }) {
  const chats = useQuery(summaryQuery({ since, kind: "chat", status: "ok" }));
  const totals = chats.data?.totals;
  return (
    <EmptyState
      icon={Lightbulb}
      title="No advice for this time"
      action={
        <Link to="/models" className={buttonClass("primary")}>
          Look at the models
        </Link>
      }
    >
      <p>
        Once there are answered chats with a known price, and a cheaper model that can do the same
        and is set up here, it is said here how much it would have saved. Less than a tenth, or than
        a cent, is not worth a change.
      </p>
      {totals && (
        <p className="mt-2 text-ink-3">
          In this time: {count(totals.calls, "answered chat")}
          {totals.unpriced > 0 && `, ${count(totals.unpriced)} of them without a price`}.
        </p>
      )}
    </EmptyState>
  );
}
