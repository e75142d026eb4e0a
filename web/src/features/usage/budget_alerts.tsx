import { useInfiniteQuery } from "@tanstack/react-query";
import { clsx } from "clsx";
import { type LucideIcon, OctagonX, ShieldX, TriangleAlert } from "lucide-react";
import { ago, exactMoment } from "@/lib/format";
import { Button } from "@/ui/button";
import { ErrorNote } from "@/ui/notes";
import { percent, usd } from "./amounts";
import { EACH, subjectName, titleOf } from "./budget";
import { useNames } from "./names";
import { type Alert, alertsQuery, type Budget } from "./queries";
import { told } from "./told";

const LEVELS: Record<Alert["level"], { word: string; icon: LucideIcon; color: string }> = {
  warning: { word: "Came near", icon: TriangleAlert, color: "text-warn" },
  limit: { word: "Reached", icon: OctagonX, color: "text-bad" },
  refused: { word: "Refused calls", icon: ShieldX, color: "text-bad" },
};

/** What there was to be warned of, the newest first. */
export function BudgetAlerts({ budgets }: { budgets: Budget[] }) {
  const query = useInfiniteQuery(alertsQuery);
  const known = new Map(budgets.map((budget) => [budget.id, budget]));
  const all = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const alerts = told(all.filter(({ budget_id }) => known.has(budget_id)));
  return (
    <section className="px-4 py-5">
      <h2 className="mb-2 text-14 font-semibold">Alerts</h2>
      {query.error && <ErrorNote title="The alerts could not be read" error={query.error} />}
      {query.data && alerts.length === 0 && (
        <p className="text-ink-2">
          None yet. When a limit comes near, is reached or has a call refused, it is said here once
          in each window.
        </p>
      )}
      {alerts.length > 0 && (
        <ul aria-label="Alerts" className="border-t border-line">
          {alerts.map((alert) => (
            <AlertRow
              key={`${alert.budget_id} ${alert.subject} ${alert.window} ${alert.level}`}
              alert={alert}
              budget={known.get(alert.budget_id)}
            />
          ))}
        </ul>
      )}
      {query.hasNextPage && (
        <Button
          size="sm"
          className="mt-3"
          isBusy={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          Older alerts
        </Button>
      )}
    </section>
  );
}

function AlertRow({ alert, budget }: { alert: Alert; budget: Budget | undefined }) {
  const nameOf = useNames();
  const { word, icon: Icon, color } = LEVELS[alert.level];
  const isEach = budget?.subject === EACH && budget.subject_kind !== "org";
  const limit = Number(alert.limit_usd);
  const share = limit > 0 ? ` (${percent(Number(alert.settled_usd) / limit)})` : "";
  return (
    <li className="flex min-h-9 flex-wrap items-center gap-x-4 gap-y-0.5 border-b border-line py-1.5">
      <span className={clsx("inline-flex w-30 shrink-0 items-center gap-1.5 text-12", color)}>
        <Icon size={14} aria-hidden />
        {word}
      </span>
      <span className="min-w-40 grow">
        {budget ? titleOf(budget, nameOf) : alert.title}
        {isEach && (
          <span className="text-ink-2">
            {" "}
            for {subjectName(budget.subject_kind, alert.subject, nameOf)}
          </span>
        )}
      </span>
      <span className="tabular text-12 text-ink-2">
        {usd(alert.settled_usd)} of {usd(alert.limit_usd)}
        {share}
      </span>
      <span
        className="tabular text-12 text-ink-3 md:w-24 md:text-right"
        title={exactMoment(alert.at)}
      >
        {ago(alert.at)}
      </span>
    </li>
  );
}
