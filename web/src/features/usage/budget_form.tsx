import { useState } from "react";
import { Problem } from "@/api/client";
import { Button } from "@/ui/button";
import { Sheet } from "@/ui/dialog";
import { ErrorNote } from "@/ui/notes";
import { toast } from "@/ui/toast";
import {
  type BudgetDraft,
  checkDraft,
  type DraftErrors,
  draftOf,
  inputOf,
  outlook,
  readDraft,
} from "./budget";
import { Covers, Limit, Mode, Unpriced } from "./budget_fields";
import { type Budget, useAddBudget, useChangeBudget } from "./queries";
import { useSpan } from "./usage_search";
import { usePace } from "./use_pace";

/** What was typed and not saved, by budget; "" is a new one. */
const kept = new Map<string, BudgetDraft>();

const FIELDS = ["limit_usd", "subject", "warn_at"];

interface Props {
  /** Null: a new one. */
  budget: Budget | null;
  /** Spent and set aside in the present window. */
  used: number;
  onClose: () => void;
}

export function BudgetForm({ budget, used, onClose }: Props) {
  const id = budget?.id ?? "";
  const [draft, setDraft] = useState(() => kept.get(id) ?? draftOf(budget));
  const [errors, setErrors] = useState<DraftErrors>({});
  const add = useAddBudget();
  const put = useChangeBudget();
  const failed = add.error ?? put.error;
  const refused = failed instanceof Problem && FIELDS.includes(failed.field ?? "") ? failed : null;
  const errorAt = (field: keyof DraftErrors) =>
    errors[field] ?? (refused?.field === field ? refused.message : null);

  const change = (changes: Partial<BudgetDraft>) => {
    const next = { ...draft, ...changes };
    kept.set(id, next);
    setDraft(next);
    if (Object.keys(errors).length > 0) setErrors(checkDraft(next));
  };
  const done = (text: string, onUndo?: () => void) => {
    kept.delete(id);
    toast(text, onUndo ? { onUndo } : {});
    onClose();
  };
  const send = () => {
    const found = checkDraft(draft);
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    const body = readDraft(draft);
    if (budget === null) {
      add.mutate(body, { onSuccess: () => done("The budget counts from now on.") });
      return;
    }
    const before = inputOf(budget);
    put.mutate(
      { id, body },
      {
        onSuccess: () =>
          done("Changed. It holds from the next call on.", () => put.mutate({ id, body: before })),
      },
    );
  };
  return (
    <Sheet
      isOpen
      onClose={onClose}
      title={budget === null ? "New budget" : "Change the budget"}
      description="A limit on what may be spent, checked before each call."
      actions={
        <>
          <Button
            onClick={() => {
              kept.delete(id);
              onClose();
            }}
          >
            Discard
          </Button>
          <Button tone="primary" isBusy={add.isPending || put.isPending} onClick={send}>
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
        {failed && !refused && (
          <ErrorNote title="Not saved. What you typed is kept." error={failed} />
        )}
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
