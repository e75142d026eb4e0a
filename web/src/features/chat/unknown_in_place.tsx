import type { Run } from "@/api/types";
import { buildTimeline } from "@/features/runs/timeline";
import { UnknownCard } from "@/features/runs/unknown_card";
import type { RunLog } from "./run_log";

interface Props {
  run: Run;
  log: RunLog;
}

/** A crash left a step of which nobody knows whether it happened: a person says, here too. */
export default function UnknownInPlace({ run, log }: Props) {
  const { rows } = buildTimeline([...log.events], []);
  return rows
    .filter(({ status }) => status === "unknown")
    .map((row) => <UnknownCard key={row.key} run={run} row={row} />);
}
