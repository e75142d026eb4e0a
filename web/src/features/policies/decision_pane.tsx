import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { exactMoment } from "@/lib/format";
import { IconButton } from "@/ui/button";
import { CodeBlock } from "@/ui/code_block";
import { ErrorNote, Spinner } from "@/ui/notes";
import { PaneHeader } from "@/ui/panes";
import { Explanation } from "./chain";
import { EffectMark } from "./effect";
import { type Decision, explainedQuery } from "./queries";

interface Props {
  decision: Decision | undefined;
  isReading: boolean;
  onClose: () => void;
}

/** One decision: what was decided then, and the chain of rules that say so now. */
export function DecisionPane({ decision, isReading, onClose }: Props) {
  return (
    <section
      aria-label="One decision"
      className="flex min-h-0 min-w-0 flex-col border-line max-md:w-full md:w-104 md:shrink-0 md:border-l"
    >
      <PaneHeader
        title={decision?.tool ?? "A decision"}
        onBack={onClose}
        actions={
          <IconButton
            icon={X}
            label="Close"
            keys="Esc"
            onClick={onClose}
            className="max-md:hidden"
          />
        }
      />
      {decision && (
        <div className="pane grow px-4 pb-6">
          <Then decision={decision} />
          <Now decision={decision} />
          <Input decision={decision} />
        </div>
      )}
      {!decision && !isReading && (
        <p className="p-4 text-ink-2">
          It is not among these. Decisions are kept for a while only; filters may hide it too.
        </p>
      )}
    </section>
  );
}

function Then({ decision }: { decision: Decision }) {
  return (
    <Part title="Decided then">
      <EffectMark effect={decision.effect} className="font-medium" />
      {decision.reasons.map((reason) => (
        <p key={reason} className="break-words">
          {reason}
        </p>
      ))}
      <p className="mt-1 text-12 text-ink-3">
        {exactMoment(decision.at)}, {decision.agent ? `agent ${decision.agent}` : "no agent"}, for{" "}
        {personOf(decision)}
        {decision.run_id && (
          <>
            {", "}
            <Link
              to="/runs/$id"
              params={{ id: decision.run_id }}
              className="text-accent-text underline"
            >
              its run
            </Link>
          </>
        )}
      </p>
    </Part>
  );
}

/** Whoever began the run, by their name where the input says it. */
function personOf({ principal, input }: Decision): string {
  const told = input["principal"];
  const name = typeof told === "object" && told !== null ? (told as { name?: unknown }).name : null;
  return typeof name === "string" ? name : principal;
}

function Now({ decision }: { decision: Decision }) {
  const { data, error } = useQuery(explainedQuery(decision));
  const isOther = data !== undefined && data.version !== decision.version;
  return (
    <Part title="Rule by rule, as policies are now">
      {isOther && (
        <p className="mb-2 text-12 text-warn">
          Other policies are in force than then, so what follows may differ.
        </p>
      )}
      {error && <ErrorNote title="It could not be explained" error={error} />}
      {!data && !error && <Spinner label="Deciding again" />}
      {data && <Explanation explained={data} />}
    </Part>
  );
}

function Input({ decision }: { decision: Decision }) {
  return (
    <Part title="What the policies were told">
      <CodeBlock code={JSON.stringify(decision.input, null, 2)} language="json" maxHeight={360} />
    </Part>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="border-b border-line py-3 last:border-b-0">
      <h2 className="mb-1.5 text-12 font-medium text-ink-3">{title}</h2>
      {children}
    </section>
  );
}
