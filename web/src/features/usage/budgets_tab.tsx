import { useQuery } from "@tanstack/react-query";
import { Plus, Wallet } from "lucide-react";
import { useState } from "react";
import { useListKeys } from "@/lib/use_list_keys";
import { Button } from "@/ui/button";
import { EmptyState, ErrorNote, Spinner } from "@/ui/notes";
import { BudgetAlerts } from "./budget_alerts";
import { BudgetForm } from "./budget_form";
import { BudgetRow } from "./budget_row";
import { type Budget, statusQuery, type Window } from "./queries";
import { useUsageSearch } from "./usage_search";
import { useBudgets, useExampleBudget } from "./use_budgets";

/** What may be spent, and how much of it is. */
export default function BudgetsTab() {
  const { budgets, error, refetch } = useBudgets();
  const status = useQuery(statusQuery);
  /** "new", the id of the budget that is changed, or nothing. */
  const [edited, setEdited] = useState<string | null>(null);
  const windowsOf = (id: string) =>
    (status.data?.items ?? []).filter(({ budget_id }) => budget_id === id);
  const budget = budgets?.find(({ id }) => id === edited) ?? null;
  if (error && !budgets) {
    return (
      <ErrorNote
        className="m-4"
        title="The budgets could not be read"
        error={error}
        action={<Button onClick={() => refetch()}>Try again</Button>}
      />
    );
  }
  if (!budgets || status.isPending) return <Spinner label="Reading the budgets" />;
  return (
    <div className="pane grow">
      {budgets.length === 0 ? (
        <Nothing onNew={() => setEdited("new")} />
      ) : (
        <>
          <List
            budgets={budgets}
            windowsOf={windowsOf}
            onEdit={(id) => setEdited(id)}
            onNew={() => setEdited("new")}
          />
          <BudgetAlerts budgets={budgets} />
        </>
      )}
      {(edited === "new" || budget) && (
        <BudgetForm
          budget={budget}
          used={usedOf(budget ? windowsOf(budget.id)[0] : undefined)}
          onClose={() => setEdited(null)}
        />
      )}
    </div>
  );
}

function usedOf(window: Window | undefined): number {
  return window ? Number(window.settled_usd) + Number(window.reserved_usd) : 0;
}

interface ListProps {
  budgets: Budget[];
  windowsOf: (id: string) => Window[];
  onEdit: (id: string) => void;
  onNew: () => void;
}

function List({ budgets, windowsOf, onEdit, onNew }: ListProps) {
  const { search, change } = useUsageSearch();
  const [cursor, setCursor] = useState(-1);
  const toggle = (id: string | undefined) =>
    change({ budget: search.budget === id ? undefined : id });
  useListKeys({
    group: "Budgets",
    count: budgets.length,
    index: cursor,
    onMove: setCursor,
    onOpen: (at) => toggle(budgets[at]?.id),
    ...(search.budget === undefined ? {} : { onLeave: () => toggle(search.budget) }),
  });
  return (
    <section aria-label="Budgets">
      <header className="flex h-11 items-center gap-3 border-b border-line pr-2 pl-4">
        <p className="min-w-0 grow truncate text-12 text-ink-3">
          Every limit that covers a call counts; the strictest decides.
        </p>
        <Button size="sm" icon={Plus} onClick={onNew}>
          New budget
        </Button>
      </header>
      <ul aria-label="Budgets">
        {budgets.map((budget, at) => (
          <BudgetRow
            key={budget.id}
            budget={budget}
            windows={windowsOf(budget.id)}
            isOpen={search.budget === budget.id}
            isMarked={at === cursor}
            onToggle={() => toggle(budget.id)}
            onEdit={() => onEdit(budget.id)}
          />
        ))}
      </ul>
    </section>
  );
}

function Nothing({ onNew }: { onNew: () => void }) {
  const example = useExampleBudget();
  return (
    <EmptyState
      icon={Wallet}
      title="No budget yet"
      action={
        <span className="flex flex-wrap justify-center gap-2">
          <Button tone="primary" isBusy={example.isPending} onClick={example.add}>
            Warn me at $20 a month
          </Button>
          <Button onClick={onNew}>Write my own</Button>
        </span>
      }
    >
      A budget limits what may be spent in a day, in a month or at all: by everybody, by each key,
      by one agent. A soft one warns you. A hard one refuses a call before it is made.
    </EmptyState>
  );
}
