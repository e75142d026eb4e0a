import { Plus, X } from "lucide-react";
import { useState } from "react";
import { Problem } from "@/api/client";
import { Button, IconButton } from "@/ui/button";
import { Field, Input, Select } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { KINDS, kindOf } from "./kinds";
import {
  checkProvider,
  type DraftErrors,
  draftProvider,
  ofKind,
  type ProviderDraft,
  readProvider,
} from "./provider";
import { type Provider, useSaveProvider } from "./queries";
import { SecretField } from "./secret_field";

interface Props {
  provider: Provider | null;
  taken?: string[];
  onClose: () => void;
}

export function ProviderForm({ provider, taken = [], onClose }: Props) {
  const [draft, setDraft] = useState<ProviderDraft>(() => draftProvider(provider));
  const [errors, setErrors] = useState<DraftErrors>({});
  const save = useSaveProvider();
  const change = (changes: Partial<ProviderDraft>) => setDraft({ ...draft, ...changes });
  const send = () => {
    const found = checkProvider(draft, taken);
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    save.mutate(readProvider(draft), {
      onSuccess: (saved) => {
        toast(`${saved.name} is saved. Test the connection to see that it answers.`);
        onClose();
      },
    });
  };
  const refused = save.error instanceof Problem ? save.error.field : null;
  return (
    <form
      aria-label={provider === null ? "New provider" : `Edit ${provider.name}`}
      className="flex max-w-150 flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Field label="Provider">
        {(ids) => (
          <Select
            {...ids}
            value={draft.kind}
            disabled={provider !== null}
            onChange={({ target }) => change(ofKind(target.value, draft.name))}
          >
            {KINDS.map(({ kind, title }) => (
              <option key={kind} value={kind}>
                {title}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <div className="grid gap-4 md:grid-cols-[160px_1fr]">
        <Field label="Name" error={errors.name}>
          {(ids) => (
            <Input
              {...ids}
              value={draft.name}
              disabled={provider !== null}
              onChange={({ target }) => change({ name: target.value })}
            />
          )}
        </Field>
        <Field
          label="Base URL"
          error={errors.base_url ?? (refused === "base_url" ? save.error?.message : null)}
        >
          {(ids) => (
            <Input
              {...ids}
              type="url"
              value={draft.baseUrl}
              onChange={({ target }) => change({ baseUrl: target.value })}
              className="font-mono md:text-12!"
            />
          )}
        </Field>
      </div>
      <SecretField
        label="Key"
        value={draft.key}
        hint={keyHint(draft)}
        placeholder="sk-…"
        onChange={(key) => change({ key })}
      />
      <ModelNames draft={draft} error={errors.models} onChange={change} />
      {save.error && <ErrorNote title="Not saved. What you typed is kept." error={save.error} />}
      <div className="flex gap-2">
        <Button type="submit" tone="primary" isBusy={save.isPending}>
          Save the provider
        </Button>
        <Button onClick={onClose}>Discard</Button>
      </div>
    </form>
  );
}

function keyHint({ kind }: ProviderDraft): string {
  const { keyFrom } = kindOf(kind);
  return keyFrom === null ? "A server on your own machine may need none." : `From ${keyFrom}.`;
}

interface ModelNamesProps {
  draft: ProviderDraft;
  error: string | undefined;
  onChange: (changes: Partial<ProviderDraft>) => void;
}

/** Models with their prices: without one, cost is shown as unknown, never as nothing. */
function ModelNames({ draft, error, onChange }: ModelNamesProps) {
  const { models } = draft;
  const put = (at: number, changes: Partial<(typeof models)[number]>) =>
    onChange({
      models: models.map((model, index) => (index === at ? { ...model, ...changes } : model)),
    });
  return (
    <fieldset>
      <legend className="mb-1 text-12 font-medium text-ink-2">Models</legend>
      {models.length > 0 && (
        <div
          aria-hidden
          className="mb-1 grid grid-cols-[1fr_84px_84px_28px] gap-2 text-11 text-ink-3"
        >
          <span>Name</span>
          <span>Input</span>
          <span>Output</span>
        </div>
      )}
      <ul className="flex flex-col gap-1.5">
        {models.map((model, at) => (
          <li key={at} className="grid grid-cols-[1fr_84px_84px_28px] items-center gap-2">
            <Input
              aria-label={`Model ${at + 1}`}
              placeholder="gpt-4.1-mini"
              value={model.name}
              onChange={({ target }) => put(at, { name: target.value })}
              className="font-mono md:text-12!"
            />
            <Input
              aria-label={`Input price of model ${at + 1}`}
              inputMode="decimal"
              placeholder="unknown"
              value={model.input}
              onChange={({ target }) => put(at, { input: target.value })}
              className="tabular text-right"
            />
            <Input
              aria-label={`Output price of model ${at + 1}`}
              inputMode="decimal"
              placeholder="unknown"
              value={model.output}
              onChange={({ target }) => put(at, { output: target.value })}
              className="tabular text-right"
            />
            <IconButton
              icon={X}
              label={`Remove model ${at + 1}`}
              onClick={() => onChange({ models: models.filter((_, index) => index !== at) })}
            />
          </li>
        ))}
      </ul>
      <div className="mt-2 flex flex-wrap items-center gap-3">
        <Button
          size="sm"
          icon={Plus}
          onClick={() => onChange({ models: [...models, { name: "", input: "", output: "" }] })}
        >
          Add a model
        </Button>
        <span className="text-12 text-ink-3">Prices in USD per million tokens, optional.</span>
      </div>
      {error && <p className="mt-1 text-12 text-bad">{error}</p>}
    </fieldset>
  );
}
