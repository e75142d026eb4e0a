/**
 * An approval is three keys of the journal (the request, the wait, the verdict) and one thing to
 * a person: the wait, which knows what was asked and what was answered.
 */
import { asData, asOptional } from "./json";
import type { TimelineRow } from "./timeline";

export function mergeApprovals(rows: readonly TimelineRow[]): TimelineRow[] {
  const byKey = new Map(rows.map((row) => [row.key, row]));
  const merged = new Set<TimelineRow>();
  for (const row of rows) {
    if (row.approvalId === null || !row.key.endsWith("/wait")) continue;
    const place = row.key.slice(0, -"/wait".length);
    const request = byKey.get(`${place}/request`);
    const verdict = byKey.get(`${place}/verdict`);
    if (request !== undefined) askedBy(row, request);
    if (verdict !== undefined) answeredBy(row, verdict);
    for (const part of [request, verdict]) if (part !== undefined) merged.add(part);
  }
  return rows.filter((row) => !merged.has(row));
}

function askedBy(row: TimelineRow, request: TimelineRow): void {
  const asked = asData(request.input);
  row.name = request.name;
  row.input = asked["arguments"] ?? request.input;
  row.reason = asOptional(asked["reason"]) ?? row.reason;
  row.firstSeq = request.firstSeq ?? row.firstSeq;
  row.events = [...request.events, ...row.events];
}

function answeredBy(row: TimelineRow, verdict: TimelineRow): void {
  const said = asData(verdict.output);
  const status = asOptional(said["status"]);
  if (status === null) return;
  row.output = verdict.output;
  row.outcome = VERDICTS[status] ?? status;
  row.by = asOptional(said["decided_by"]) ?? row.by;
  row.note = asOptional(said["note"]) ?? row.note;
  row.lastSeq = verdict.lastSeq ?? row.lastSeq;
  row.isRecorded = verdict.isRecorded;
  row.events = [...row.events, ...verdict.events];
}

const VERDICTS: Record<string, string> = {
  approved: "approved",
  denied: "denied",
  edited: "approved with changes",
  expired: "nobody answered in time",
};
