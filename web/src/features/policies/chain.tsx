/** Why a call is decided as it is: every rule that matched, in the order in which they are read. */
import { clsx } from "clsx";
import { Badge } from "@/ui/status";
import { EffectMark } from "./effect";
import type { Explained, Finding } from "./queries";

const SOURCES: Record<string, string> = {
  default: "built in",
  org: "rule of the gate",
  policy: "policy",
  agent: "rule of the agent",
};

export function Chain({ explained }: { explained: Explained }) {
  return (
    <ol aria-label="Rules that matched" className="border-t border-line">
      {explained.findings.map((finding) => (
        <Link
          key={finding.id}
          finding={finding}
          isDeciding={explained.deciding.includes(finding.id)}
        />
      ))}
    </ol>
  );
}

function Link({ finding, isDeciding }: { finding: Finding; isDeciding: boolean }) {
  return (
    <li
      className={clsx(
        "flex flex-wrap items-start gap-x-3 gap-y-0.5 border-b border-line py-2",
        !finding.counts && "text-ink-3",
      )}
    >
      <EffectMark effect={finding.effect} className="w-20" />
      <span className="min-w-0 grow basis-60 break-words">{finding.reason}</span>
      <span className="flex flex-wrap items-center gap-1.5">
        {isDeciding && <Badge tone="accent">decides</Badge>}
        {!finding.counts && <Badge>set aside by another rule</Badge>}
        {finding.consent && finding.counts && <Badge>a consent may answer</Badge>}
      </span>
      <span className="w-full text-12 text-ink-3">
        {SOURCES[finding.source] ?? finding.source}
        {finding.layer > 0 && ", of an agent that it works for"}{" "}
        <code className="text-11 break-all">{finding.id}</code>
      </span>
    </li>
  );
}

const OUTCOMES = {
  allow: "The call is made.",
  ask: "A person is asked before it is made.",
  deny: "The call is not made.",
};

/** The decision, then its chain. */
export function Explanation({ explained }: { explained: Explained }) {
  return (
    <div role="status" className="flex flex-col gap-3">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <EffectMark effect={explained.effect} className="font-medium" />
        <span>{OUTCOMES[explained.effect]}</span>
        {explained.consent && explained.effect === "ask" && (
          <span className="text-ink-3">A consent that was given before answers for them.</span>
        )}
      </p>
      {explained.findings.length > 0 && <Chain explained={explained} />}
    </div>
  );
}
