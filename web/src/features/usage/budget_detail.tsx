import { useQuery } from "@tanstack/react-query";
import { exactMoment } from "@/lib/format";
import { ErrorNote, Spinner } from "@/ui/notes";
import { exactUsd, percent, usd } from "./amounts";
import { EACH, outlook, subjectName } from "./budget";
import { BudgetBar, BudgetState } from "./budget_bar";
import { useNames } from "./names";
import { type Budget, type Window, windowsQuery } from "./queries";
import { useSpan } from "./usage_search";
import { usePace } from "./use_pace";

/** What one budget has seen: its windows, the newest first. */
export function BudgetDetail({ budget, title }: { budget: Budget; title: string }) {
  const { data, error, isPending } = useQuery(windowsQuery(budget.id));
  const { now } = useSpan();
  const nameOf = useNames();
  const pace = usePace(budget.subject_kind, budget.subject);
  const isMany = budget.subject === EACH && budget.subject_kind !== "org";
  const present = data?.items.find(
    ({ ends_at, subject }) =>
      (ends_at === null || ends_at > now) && (!isMany || subject === pace?.subject),
  );
  const used = present ? Number(present.settled_usd) + Number(present.reserved_usd) : 0;
  return (
    <div className="px-4 pb-4 pl-11 max-md:pl-4">
      {pace && (
        <p className="text-12 text-ink-2">
          {pace.whose && `${pace.whose} spends most. `}
          {outlook({ ...budgetFigures(budget), used, pace: pace.usd }, now)}
        </p>
      )}
      {error && <ErrorNote title="Its windows could not be read" error={error} className="mt-2" />}
      {isPending && <Spinner label="Reading its windows" />}
      {data?.items.length === 0 && (
        <p className="mt-2 text-12 text-ink-3">
          Nothing was spent since it began on {exactMoment(budget.created_at)}.
        </p>
      )}
      {data && data.items.length > 0 && (
        <table aria-label={`Windows of ${title}`} className="mt-2 w-full max-w-200 table-fixed">
          <thead>
            <tr className="border-b border-line text-left text-12 text-ink-3 [&>th]:py-1 [&>th]:font-normal">
              <th scope="col" className="w-24">
                Window
              </th>
              {isMany && <th scope="col">{budget.subject_kind === "key" ? "API key" : "Whose"}</th>}
              <th scope="col" className="max-md:hidden">
                Used
              </th>
              <th scope="col" className="w-24 text-right!">
                Spent
              </th>
              <th scope="col" className="w-14 text-right!">
                Share
              </th>
              <th scope="col" className="w-32 pl-4 max-md:w-10">
                State
              </th>
            </tr>
          </thead>
          <tbody>
            {data.items.map((window) => (
              <WindowRow
                key={`${window.window} ${window.subject}`}
                window={window}
                who={isMany ? subjectName(budget.subject_kind, window.subject, nameOf) : null}
              />
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

function budgetFigures({ limit_usd, period }: Budget) {
  return { limit: Number(limit_usd), period };
}

function WindowRow({ window, who }: { window: Window; who: string | null }) {
  const name = window.window === "total" ? "All time" : window.window;
  return (
    <tr className="h-7 border-b border-line text-12">
      <th scope="row" className="tabular text-left font-normal">
        {name}
      </th>
      {who !== null && (
        <td className="truncate pr-3" title={who}>
          {who}
        </td>
      )}
      <td className="max-md:hidden">
        <BudgetBar
          label={who ? `${name}, ${who}` : name}
          state={window.state}
          spent={Number(window.settled_usd)}
          reserved={Number(window.reserved_usd)}
          limit={Number(window.limit_usd)}
          className="mr-4"
        />
      </td>
      <td className="tabular text-right" title={exactUsd(window.settled_usd)}>
        {usd(window.settled_usd)}
      </td>
      <td className="tabular text-right">{percent(window.share)}</td>
      <td className="pl-4 max-md:overflow-hidden max-md:pl-2 max-md:whitespace-nowrap">
        <BudgetState state={window.state} />
      </td>
    </tr>
  );
}
