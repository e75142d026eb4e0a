import { useQuery } from "@tanstack/react-query";
import { EACH, paceOf, type SubjectKind, subjectName } from "./budget";
import { useNames } from "./names";
import { breakdownQuery, summaryQuery } from "./queries";
import { useSpan } from "./usage_search";

interface Pace {
  /** A day. */
  usd: number;
  /** Where each one has a limit: the one that spends most. */
  whose: string | null;
  subject: string | null;
}

const LATELY = { since: "7d" };

/** What is spent on a subject a day, of late; null while it is not known. Runs are not added up. */
export function usePace(kind: SubjectKind, subject: string): Pace | null {
  const { now } = useSpan();
  const nameOf = useNames();
  const isNamed = kind !== "org" && kind !== "run";
  const all = useQuery({ ...summaryQuery(LATELY), enabled: kind === "org" });
  const parts = useQuery({ ...breakdownQuery(LATELY, isNamed ? kind : "agent"), enabled: isNamed });
  if (kind === "org") {
    return all.data
      ? { usd: paceOf(Number(all.data.totals.cost_usd), now), whose: null, subject: null }
      : null;
  }
  if (!isNamed || !parts.data) return null;
  const named = parts.data.items.filter(({ name }) => name !== "");
  const found = subject === EACH ? named[0] : named.find(({ name }) => name === subject);
  return {
    usd: paceOf(Number(found?.cost_usd ?? 0), now),
    whose: subject === EACH && found ? subjectName(kind, found.name, nameOf) : null,
    subject: found?.name ?? null,
  };
}
