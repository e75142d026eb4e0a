import { type ReactNode, useState } from "react";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { numberFault } from "./rules";

const MOST_REQUESTS = 100_000_000;
const MOST_SECONDS = 86_400;

interface Props {
  requests: number;
  seconds: number;
  error: Error | null;
  isPending: boolean;
  onSave: (requests: number, seconds: number) => void;
  /** Other buttons, before the one that saves. */
  children?: ReactNode;
}

/** So many requests in so many seconds. */
export function LimitFields({ requests, seconds, error, isPending, onSave, children }: Props) {
  const [most, setMost] = useState(String(requests));
  const [span, setSpan] = useState(String(seconds));
  const faults = [numberFault(most, 0, MOST_REQUESTS), numberFault(span, 1, MOST_SECONDS)];
  const [isAsked, setAsked] = useState(false);
  return (
    <form
      aria-label="Change the limit"
      className="mt-2 flex flex-wrap items-start gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        setAsked(true);
        if (faults.every((fault) => fault === null)) onSave(Number(most), Number(span));
      }}
    >
      <Field label="At most" hint="0: none at all" error={isAsked ? faults[0] : null}>
        {(ids) => (
          <Input
            {...ids}
            inputMode="numeric"
            value={most}
            autoFocus
            onChange={({ target }) => setMost(target.value)}
            className="tabular w-36!"
          />
        )}
      </Field>
      <Field label="In seconds" error={isAsked ? faults[1] : null}>
        {(ids) => (
          <Input
            {...ids}
            inputMode="numeric"
            value={span}
            onChange={({ target }) => setSpan(target.value)}
            className="tabular w-28!"
          />
        )}
      </Field>
      <span className="mt-5 flex flex-wrap gap-1.5">
        {children}
        <Button type="submit" tone="primary" isBusy={isPending}>
          Save
        </Button>
      </span>
      {error && (
        <p role="alert" className="w-full text-bad">
          Not saved: {error.message}
        </p>
      )}
    </form>
  );
}
