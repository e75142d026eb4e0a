import { Button } from "@/ui/button";
import { Sheet } from "@/ui/dialog";
import { ErrorNote } from "@/ui/notes";
import { type BudgetDraft, outlook } from "./budget";
import { Covers, Limit, Mode, Unpriced } from "./budget_fields";
import type { Budget } from "./queries";
import { useSpan } from "./usage_search";
import { useBudgetDraft } from "./use_budget_draft";
import { usePace } from "./use_pace";

interface Props {
  /** Null: a new one. */
  budget: Budget | null;
  /** Spent and set aside in the present window. */
  used: number;
  onClose: () => void;
}

export function BudgetForm({ budget, used, onClose }: Props) {
  const { draft, change, send, discard, errorAt, failed, isBusy } = useBudgetDraft(budget, onClose);
  return (
    <Sheet
      isOpen
      onClose={onClose}
      title={budget === null ? "New budget" : "Change the budget"}
      description="A limit on what may be spent, checked before each call."
      actions={
        <>
          <Button onClick={discard}>Discard</Button>
          <Button tone="primary" isBusy={isBusy} onClick={send}>
            {budget === null ? "Add the budget" : "Save the budget"}
          </Button>
        </>
      }
    >
      <form
        noValidate
        aria-label="Budget"
        className="flex flex-col gap-4 pt-1"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <Covers draft={draft} error={errorAt("subject")} onChange={change} />
        <Limit draft={draft} errorAt={errorAt} onChange={change} />
        <Preview draft={draft} used={used} />
        <Mode draft={draft} onChange={change} />
        <Unpriced draft={draft} onChange={change} />
        {failed && <ErrorNote title="Not saved. What you typed is kept." error={failed} />}
        <button type="submit" hidden aria-hidden tabIndex={-1} />
      </form>
    </Sheet>
  );
}

function Preview({ draft, used }: { draft: BudgetDraft; used: number }) {
  const pace = usePace(draft.kind, draft.subject);
  const { now } = useSpan();
  const limit = Number(draft.limit);
  if (!pace || draft.limit.trim() === "" || !(limit > 0)) return null;
  return (
    <p role="status" className="rounded-lg border border-line bg-canvas px-3 py-2 text-ink-2">
      {pace.whose && `${pace.whose} spends most. `}
      {outlook({ limit, period: draft.period, used, pace: pace.usd }, now)}
    </p>
  );
}
