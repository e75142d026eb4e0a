/** What a dry run found, as it is drawn: kept, stricter, looser. */
import type { Change, DryRun, Effect } from "./queries";

const STRICTNESS: Record<Effect, number> = { allow: 0, ask: 1, deny: 2 };

export type Turn = "kept" | "stricter" | "looser";

export function turnOf({ before, after }: Pick<Change, "before" | "after">): Turn {
  if (before === after) return "kept";
  return STRICTNESS[after] > STRICTNESS[before] ? "stricter" : "looser";
}

/** Every decision that was looked at is one of the three. */
export function tally(run: DryRun): Record<Turn, number> {
  const stricter = run.changes.filter((change) => turnOf(change) === "stricter").length;
  const looser = run.changes.filter((change) => turnOf(change) === "looser").length;
  return { kept: run.looked_at - stricter - looser, stricter, looser };
}
