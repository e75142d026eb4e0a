import { useState } from "react";
import { Problem } from "@/api/client";
import { toast } from "@/ui/toast";
import {
  type BudgetDraft,
  checkDraft,
  type DraftErrors,
  draftOf,
  inputOf,
  readDraft,
} from "./budget";
import { type Budget, useAddBudget, useChangeBudget } from "./queries";

/** What was typed and not saved, by budget; "" is a new one. */
const kept = new Map<string, BudgetDraft>();

const FIELDS = ["limit_usd", "subject", "warn_at"];

/** A budget as it is typed; null is a new one. What is typed stays until it is saved or discarded. */
export function useBudgetDraft(budget: Budget | null, onClose: () => void) {
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
          done("Changed. It holds from the next call on.", () =>
            put
              .mutateAsync({ id, body: before })
              .catch((error: Error) => toast(`Not put back: ${error.message}`, { isError: true })),
          ),
      },
    );
  };
  const discard = () => {
    kept.delete(id);
    onClose();
  };
  return {
    draft,
    change,
    send,
    discard,
    errorAt,
    /** What no field can show. */
    failed: refused ? null : failed,
    isBusy: add.isPending || put.isPending,
  };
}
