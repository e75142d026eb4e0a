import { Link } from "@tanstack/react-router";
import { ArrowRight } from "lucide-react";
import { useState } from "react";
import { ago, count, exactMoment } from "@/lib/format";
import { Button } from "@/ui/button";
import { EffectMark } from "./effect";
import type { Change, DryRun, Effect } from "./queries";
import { type Turn, turnOf } from "./tally";

const AT_ONCE = 50;

/** The calls that would be decided otherwise, with the reasons of then and of now. */
export function DryRunTable({ run, turn }: { run: DryRun; turn: Turn | null }) {
  const [most, setMost] = useState(AT_ONCE);
  const changes = run.changes.filter((change) => turn === null || turnOf(change) === turn);
  if (changes.length === 0) return null;
  return (
    <div>
      <table className="w-full border-t border-line text-left">
        <caption className="sr-only">Calls that would be decided otherwise</caption>
        <thead className="text-12 text-ink-3 max-md:sr-only">
          <tr>
            <th className="py-1.5 pr-3 font-normal">Call</th>
            <th className="w-2/5 py-1.5 pr-3 font-normal">Was</th>
            <th className="w-2/5 py-1.5 font-normal">Would be</th>
          </tr>
        </thead>
        <tbody>
          {changes.slice(0, most).map((change) => (
            <Row key={change.id} change={change} />
          ))}
        </tbody>
      </table>
      {changes.length > most && (
        <Button size="sm" className="mt-3" onClick={() => setMost(most + AT_ONCE)}>
          Show more of {count(changes.length)}
        </Button>
      )}
    </div>
  );
}

function Row({ change }: { change: Change }) {
  return (
    <tr className="border-t border-line align-top max-md:grid max-md:gap-1 max-md:py-2">
      <td className="py-2 pr-3 max-md:py-0">
        <code className="text-12 font-medium">{change.tool}</code>
        <span className="block text-12 text-ink-3">
          {change.agent ?? "no agent"}, <span title={exactMoment(change.at)}>{ago(change.at)}</span>
          {change.run_id && (
            <>
              {", "}
              <Link
                to="/runs/$id"
                params={{ id: change.run_id }}
                className="text-accent-text underline"
              >
                its run
              </Link>
            </>
          )}
          {change.shortened && <span className="block">Long arguments were not kept whole.</span>}
        </span>
      </td>
      <Side effect={change.before} reasons={change.before_reasons} />
      <Side effect={change.after} reasons={change.after_reasons} isAfter />
    </tr>
  );
}

interface SideProps {
  effect: Effect;
  reasons: string[];
  isAfter?: boolean;
}

function Side({ effect, reasons, isAfter }: SideProps) {
  return (
    <td className="py-2 pr-3 max-md:py-0">
      <span className="flex items-center gap-1.5">
        {isAfter && <ArrowRight size={14} aria-hidden className="text-ink-3 md:hidden" />}
        <EffectMark effect={effect} />
      </span>
      {reasons.map((reason) => (
        <span key={reason} className="block text-12 break-words text-ink-2">
          {reason}
        </span>
      ))}
    </td>
  );
}
