/** Fields of a model of one's own. */
import { useQuery } from "@tanstack/react-query";
import { providersQuery } from "@/features/settings/queries";
import { Field, Input, Select } from "@/ui/field";
import { capabilityWord } from "./capability";
import { type CardDraft, KINDS } from "./card_draft";
import { CAPABILITIES } from "./catalog_view";
import type { Capability } from "./types";

interface PartProps {
  draft: CardDraft;
  error?: string | undefined;
  onChange: (changes: Partial<CardDraft>) => void;
}

/** Providers that are connected are offered; another may come later. */
export function ProviderField({ draft, error, onChange }: PartProps) {
  const providers = useQuery(providersQuery).data?.items ?? [];
  return (
    <Field label="Provider" error={error}>
      {(ids) => (
        <>
          <Input
            {...ids}
            list={`${ids.id}-names`}
            placeholder="openai"
            autoComplete="off"
            value={draft.provider}
            onChange={({ target }) => onChange({ provider: target.value.trim() })}
          />
          <datalist id={`${ids.id}-names`}>
            {providers.map(({ name }) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}

export function KindField({ draft, onChange }: PartProps) {
  const choose = (kind: string) => {
    const found = KINDS.find((each) => each.kind === kind);
    if (found) onChange({ kind: found.kind, capabilities: found.can });
  };
  return (
    <Field label="Kind">
      {(ids) => (
        <Select {...ids} value={draft.kind} onChange={({ target }) => choose(target.value)}>
          {KINDS.map(({ kind, label }) => (
            <option key={kind} value={kind}>
              {label}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

interface ChoiceProps {
  chosen: readonly Capability[];
  onChange: (chosen: Capability[]) => void;
}

export function CapabilityChoice({ chosen, onChange }: ChoiceProps) {
  return (
    <fieldset>
      <legend className="mb-1 text-12 font-medium text-ink-2">Can do</legend>
      <div className="grid grid-cols-2 gap-x-4 md:grid-cols-3">
        {CAPABILITIES.map((each) => (
          <label key={each} className="flex h-7 items-center gap-2 max-md:h-9">
            <input
              type="checkbox"
              className="accent-accent"
              checked={chosen.includes(each)}
              onChange={({ target }) =>
                onChange(
                  target.checked ? [...chosen, each] : chosen.filter((other) => other !== each),
                )
              }
            />
            {capabilityWord(each)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface LimitProps {
  label: string;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}

export function LimitField({ label, value, error, onChange }: LimitProps) {
  return (
    <Field label={label} error={error} hint="Tokens, like 128k. Empty: not known.">
      {(ids) => (
        <Input
          {...ids}
          inputMode="text"
          placeholder="unknown"
          value={value}
          onChange={({ target }) => onChange(target.value)}
          className="tabular text-right"
        />
      )}
    </Field>
  );
}
