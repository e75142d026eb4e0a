import { useState } from "react";
import { faultOf, faultOfAll } from "@/features/signin/entering";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { LABELS, LIMIT_NAMES } from "./allowance";
import { useChangeLimits } from "./installation_queries";
import type { Organisation } from "./queries";

type Limits = Organisation["limits"];
type Texts = Record<keyof Limits, string>;

/** What an organisation may have; an empty field is no limit. */
export function OrgLimits({ org }: { org: Organisation }) {
  const stored = textsOf(org.limits);
  const [texts, setTexts] = useState(stored);
  const change = useChangeLimits();
  const isNew = LIMIT_NAMES.some((name) => texts[name].trim() !== stored[name]);
  const wrong = LIMIT_NAMES.filter((name) => !/^\d{0,9}$/.test(texts[name].trim()));
  const rest = faultOfAll(
    change.error,
    LIMIT_NAMES.map((name) => `limits.${name}`),
  );
  return (
    <form
      aria-label={`Allowance of ${org.name}`}
      onSubmit={(event) => {
        event.preventDefault();
        if (wrong.length === 0)
          change.mutate(
            { id: org.id, limits: limitsOf(texts) },
            { onSuccess: () => toast(`The allowance of ${org.name} is saved.`) },
          );
      }}
    >
      <h3 className="mb-1.5 text-12 font-medium text-ink-2">Allowance</h3>
      <div className="grid grid-cols-2 gap-3 md:grid-cols-3">
        {LIMIT_NAMES.map((name) => (
          <Field
            key={name}
            label={LABELS[name]}
            error={
              wrong.includes(name)
                ? "A whole number, or nothing."
                : faultOf(change.error, `limits.${name}`)
            }
          >
            {(ids) => (
              <Input
                {...ids}
                value={texts[name]}
                inputMode="numeric"
                placeholder="no limit"
                onChange={({ target }) => setTexts({ ...texts, [name]: target.value })}
              />
            )}
          </Field>
        ))}
      </div>
      {rest && <ErrorNote title="Not saved" error={rest} className="mt-2" />}
      <Button
        type="submit"
        size="sm"
        className="mt-3"
        disabled={!isNew || wrong.length > 0}
        isBusy={change.isPending}
      >
        Save the allowance
      </Button>
    </form>
  );
}

function textsOf(limits: Limits): Texts {
  return Object.fromEntries(
    LIMIT_NAMES.map((name) => [name, limits[name]?.toString() ?? ""]),
  ) as Texts;
}

function limitsOf(texts: Texts): Limits {
  return Object.fromEntries(
    LIMIT_NAMES.map((name) => [name, texts[name].trim() === "" ? null : Number(texts[name])]),
  );
}
