/** Budgets as people call them, as they type them, and how long they last. */
import { percent, usd } from "./amounts";
import type { NameOf } from "./names";
import type { Budget, BudgetInput } from "./queries";

export const EACH = "*";
const DAY = 86_400;
const MOST_USD = 1_000_000_000;
const FAR_DAYS = 730;

export type SubjectKind = Budget["subject_kind"];
export type Period = Budget["period"];

export const KINDS: { id: SubjectKind; label: string; each: string; one: string }[] = [
  { id: "org", label: "The whole organisation", each: "", one: "" },
  { id: "agent", label: "Agents", each: "Each agent by itself", one: "agent" },
  { id: "key", label: "API keys", each: "Each key by itself", one: "key" },
  { id: "user", label: "Users", each: "Each user by themselves", one: "user" },
  { id: "project", label: "Projects", each: "Each project by itself", one: "project" },
  { id: "run", label: "Runs", each: "Each run by itself", one: "run" },
];

export const PERIODS: { id: Period; label: string; adjective: string }[] = [
  { id: "day", label: "A day", adjective: "Daily" },
  { id: "month", label: "A month", adjective: "Monthly" },
  { id: "total", label: "For ever", adjective: "Total" },
];

/** A run is no dimension of usage: its id is its name. */
export function subjectName(kind: SubjectKind, subject: string, nameOf: NameOf): string {
  return kind === "org" || kind === "run" ? subject : nameOf(kind, subject);
}

export function titleOf(
  budget: Pick<Budget, "subject_kind" | "subject" | "period">,
  nameOf: NameOf,
) {
  const { subject_kind: kind, subject, period } = budget;
  const per = PERIODS.find(({ id }) => id === period)?.adjective ?? "";
  if (kind === "org") return `${per} budget of the organisation`;
  const whose = subject === EACH ? `each ${kind}` : `${kind} ${subjectName(kind, subject, nameOf)}`;
  return `${per} budget of ${whose}`;
}

export function inputOf(budget: Budget): BudgetInput {
  const { id, created_at, created_by, updated_at, ...input } = budget;
  return input;
}

/** Text in every field, read when it is saved. */
export interface BudgetDraft {
  kind: SubjectKind;
  subject: string;
  period: Period;
  limit: string;
  mode: Budget["mode"];
  warnAt: string;
  unpriced: Budget["unpriced"] | "";
  isEnabled: boolean;
}

export function draftOf(budget: Budget | null): BudgetDraft {
  if (budget === null) {
    return {
      kind: "org",
      subject: EACH,
      period: "month",
      limit: "",
      mode: "hard",
      warnAt: "80",
      unpriced: "",
      isEnabled: true,
    };
  }
  return {
    kind: budget.subject_kind,
    subject: budget.subject,
    period: budget.period,
    limit: String(Number(budget.limit_usd)),
    mode: budget.mode,
    warnAt: String(Number((budget.warn_at * 100).toFixed(2))),
    unpriced: budget.unpriced,
    isEnabled: budget.enabled,
  };
}

export type DraftErrors = Partial<Record<"subject" | "limit_usd" | "warn_at", string>>;

export function checkDraft(draft: BudgetDraft): DraftErrors {
  const errors: DraftErrors = {};
  const limit = draft.limit.trim();
  if (!/^\d+(\.\d{1,9})?$/.test(limit)) errors.limit_usd = "An amount in USD, like 20 or 0.50.";
  else if (Number(limit) > MOST_USD) errors.limit_usd = "A milliard USD is the most.";
  const warnAt = Number(draft.warnAt);
  if (!(warnAt > 0 && warnAt <= 100)) errors.warn_at = "More than 0 and at most 100 %.";
  if (draft.subject.trim() === "") errors.subject = "Say which one, or choose each of them.";
  return errors;
}

export function readDraft(draft: BudgetDraft): BudgetInput {
  return {
    subject_kind: draft.kind,
    subject: draft.kind === "org" ? EACH : draft.subject.trim(),
    period: draft.period,
    limit_usd: draft.limit.trim(),
    mode: draft.mode,
    warn_at: Number(draft.warnAt) / 100,
    enabled: draft.isEnabled,
    ...(draft.unpriced === "" ? {} : { unpriced: draft.unpriced }),
  };
}

/** USD a day over the last seven days, of which today is not over. */
export function paceOf(costUsd: number, now: number): number {
  return costUsd / (6 + Math.max(1 / 24, (now % DAY) / DAY));
}

interface Outlook {
  limit: number;
  period: Period;
  /** Spent and set aside in the present window. */
  used: number;
  /** USD a day. */
  pace: number;
}

const day = new Intl.DateTimeFormat("en", {
  day: "numeric",
  month: "long",
  timeZone: "UTC",
});
const dayOfYear = new Intl.DateTimeFormat("en", {
  day: "numeric",
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});

/** When the limit is reached if it goes on like this, in a sentence. */
export function outlook({ limit, period, used, pace }: Outlook, now: number): string {
  if (used >= limit) return "It is reached already: what is spent by now is more.";
  if (pace === 0) return "Nothing of this was spent in the last 7 days.";
  const at = `At the pace of the last 7 days (${usd(pace)} a day)`;
  if (period === "day") {
    return pace >= limit
      ? `${at} this is reached before a day is over.`
      : `${at} a day uses ${percent(pace / limit)} of it.`;
  }
  const reachedAt = now + ((limit - used) / pace) * DAY;
  if (period === "total") {
    return reachedAt - now > FAR_DAYS * DAY
      ? `${at} this lasts for more than two years.`
      : `${at} this is reached on ${dayOfYear.format(reachedAt * 1000)}.`;
  }
  const end = monthEnd(now);
  if (reachedAt < end) return `${at} this is reached on ${day.format(reachedAt * 1000)}.`;
  const atEnd = used + (pace * (end - now)) / DAY;
  return `${at} the month ends with ${percent(atEnd / limit)} of it used.`;
}

function monthEnd(now: number): number {
  const today = new Date(now * 1000);
  return Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + 1, 1) / 1000;
}
