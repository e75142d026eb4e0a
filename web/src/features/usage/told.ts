import type { Alert } from "./queries";

/** One call that came near a limit and reached it is told once, by the greater word. */
export function told(alerts: Alert[]): Alert[] {
  const moment = ({ budget_id, subject, window, at }: Alert) =>
    [budget_id, subject, window, at].join("\n");
  const reached = new Set(alerts.filter(({ level }) => level !== "warning").map(moment));
  return alerts.filter((alert) => alert.level !== "warning" || !reached.has(moment(alert)));
}
