/** A step that may or may not have happened: only a person can say, so nothing is guessed. */
import { useId, useState } from "react";
import type { Run } from "@/api/types";
import { Button } from "@/ui/button";
import { Field, TextArea } from "@/ui/field";
import { toast } from "@/ui/toast";
import { canonical } from "./json";
import { type Resolution, useResolve } from "./queries";
import type { TimelineRow } from "./timeline";

type Outcome = Resolution["outcome"];

const CHOICES: { outcome: Outcome; label: string; consequence: string }[] = [
  {
    outcome: "happened",
    label: "It happened",
    consequence: "The run goes on with the result that you write down; nothing acts again.",
  },
  {
    outcome: "did_not_happen",
    label: "It did not happen",
    consequence: "The step acts again, now.",
  },
  {
    outcome: "abandon",
    label: "Give this step up",
    consequence: "The step fails; the run decides what a failed step means.",
  },
];

export function UnknownCard({ run, row }: { run: Run; row: TimelineRow }) {
  const [chosen, setChosen] = useState<Outcome | null>(null);
  const [result, setResult] = useState("");
  const resolve = useResolve(run.id);
  const name = useId();
  const choice = CHOICES.find((each) => each.outcome === chosen);
  const send = () => {
    if (chosen === null) return;
    resolve.mutate(
      {
        key: row.key,
        outcome: chosen,
        ...(chosen === "happened" ? { output: read(row, result) } : {}),
      },
      { onSuccess: () => toast("Noted in the journal. The run goes on.") },
    );
  };
  return (
    <div className="mt-3 rounded-lg border border-warn-line bg-surface p-3">
      <p>
        <code className="text-12">{row.name}</code> may or may not have happened.{" "}
        <span className="text-ink-2">
          {row.reason ?? "It was cut short."} Look where it would show, then say.
        </span>
      </p>
      <details className="mt-2 text-12 text-ink-2">
        <summary className="w-fit">What it was to do</summary>
        <pre className="mt-1 max-h-48 overflow-auto rounded-md bg-sunken p-2 text-12 text-ink">
          {canonical(row.input)}
        </pre>
      </details>
      <fieldset className="mt-3 flex flex-col gap-1.5">
        <legend className="sr-only">What happened</legend>
        {CHOICES.map(({ outcome, label, consequence }) => (
          <label key={outcome} className="flex items-baseline gap-2">
            <input
              type="radio"
              name={name}
              className="translate-y-px accent-accent"
              checked={chosen === outcome}
              onChange={() => setChosen(outcome)}
            />
            <span>
              {label}. <span className="text-ink-3">{consequence}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {chosen === "happened" && (
        <Field
          label="What came of it"
          hint="The agent reads this as the step's result."
          className="mt-3"
        >
          {(ids) => (
            <TextArea
              {...ids}
              value={result}
              placeholder="The e-mail was sent at 14:02."
              onChange={({ target }) => setResult(target.value)}
            />
          )}
        </Field>
      )}
      {resolve.error && <p className="mt-2 text-bad">Not noted: {resolve.error.message}</p>}
      <div className="mt-3 flex justify-end">
        <Button tone="primary" disabled={chosen === null} isBusy={resolve.isPending} onClick={send}>
          {choice?.label ?? "Say what happened"}
        </Button>
      </div>
    </div>
  );
}

/** A tool's result is what the model reads: a text. Other steps take JSON where it is JSON. */
function read(row: TimelineRow, typed: string): unknown {
  if (row.kind === "tool") return { text: typed, data: null, files: [], is_error: false };
  try {
    return JSON.parse(typed) as unknown;
  } catch {
    return typed;
  }
}
