import { GrantPicker } from "@/features/access/grant_picker";
import { WhereFields } from "@/features/access/where_fields";
import { Choice } from "@/features/usage/choice";
import { Field, Input } from "@/ui/field";
import type { KeyDraft } from "./draft";

interface Props {
  draft: KeyDraft;
  onChange: (changes: Partial<KeyDraft>) => void;
  faults: (field: string) => string | null;
}

const MAY = [
  { id: "all", label: "All its owner may" },
  { id: "models", label: "Ask models only" },
  { id: "some", label: "Choose" },
] as const;

/** What cuts a key down: permissions, models, a place, a rate. */
export function NarrowFields({ draft, onChange, faults }: Props) {
  const grantsFault = faults("grants");
  return (
    <>
      <div className="flex flex-col gap-1">
        <span className="text-12 font-medium text-ink-2">May do</span>
        <Choice
          label="May do"
          options={MAY}
          value={draft.may}
          className="w-fit max-w-full"
          onChange={(id) => onChange({ may: id as KeyDraft["may"] })}
        />
        {grantsFault && (
          <p role="alert" className="text-12 text-bad">
            {grantsFault}
          </p>
        )}
      </div>
      {draft.may === "some" && (
        <div className="max-h-100 overflow-y-auto rounded-md border border-line p-3">
          <GrantPicker ticked={draft.ticked} onChange={(ticked) => onChange({ ticked })} />
        </div>
      )}
      <div className="flex flex-wrap items-start gap-3">
        <WhereFields
          project={draft.project}
          environment={draft.environment}
          onProject={(project) => onChange({ project })}
          onEnvironment={(environment) => onChange({ environment })}
          any={{ project: "Any project", environment: "Any environment" }}
        />
        <Field label="Models" className="min-w-48 grow" error={faults("models")}>
          {(ids) => (
            <Input
              {...ids}
              value={draft.models}
              placeholder="any, or openai:gpt-*, ours"
              onChange={({ target }) => onChange({ models: target.value })}
            />
          )}
        </Field>
        <Field label="Requests a minute" className="w-36" error={faults("rate_per_minute")}>
          {(ids) => (
            <Input
              {...ids}
              value={draft.rate}
              inputMode="numeric"
              placeholder="no limit"
              onChange={({ target }) => onChange({ rate: target.value })}
            />
          )}
        </Field>
      </div>
    </>
  );
}
