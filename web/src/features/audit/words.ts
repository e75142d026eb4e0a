/** Events of the audit log, in words. */
import { count, exactMoment } from "@/lib/format";
import { regional } from "@/lib/region";
import type { AuditEvent, Verification } from "./queries";

const time = regional({
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

export function timeWords(at: number): string {
  return time().format(new Date(at * 1000));
}

export function actorWords({ actor_name, actor_id, actor_kind }: AuditEvent): string {
  if (actor_kind === "anonymous") return "nobody known";
  return actor_name || actor_id || actor_kind;
}

const FAULTS: Record<NonNullable<Verification["fault"]>, string> = {
  missing: "An event is missing",
  changed: "An event was changed",
  unlinked: "An event does not follow from the one before",
  behind_head: "The newest events are missing",
  beyond_head: "There are events beyond the end that was sealed",
  seal: "The seal of the log is not ours",
  head_missing: "The seal of the log is missing",
};

/** What a verification found, in a sentence or two. */
export function verificationWords(found: Verification, at: number): string {
  const when = `Checked ${exactMoment(at)}.`;
  if (found.ok) {
    if (found.events === 0) return `The log is whole: it holds no event yet. ${when}`;
    return `The log is whole: each of ${count(found.events, "event")} follows from the one before, up to number ${found.seq}. ${when}`;
  }
  const fault = found.fault === null ? "The log is not whole" : FAULTS[found.fault];
  const where = found.broken_seq === null ? "" : ` at number ${found.broken_seq}`;
  return `${fault}${where}. ${found.reason ?? ""} ${when}`.replace("  ", " ");
}
