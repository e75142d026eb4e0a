/** The parts of the form of a budget, each with what it means. */
import type { ReactNode } from "react";
import { Field, Input, Select } from "@/ui/field";
import { type BudgetDraft, type DraftErrors, EACH, KINDS, PERIODS } from "./budget";
import { Choice } from "./choice";
import { SubjectField } from "./subject_field";

interface PartProps {
  draft: BudgetDraft;
  onChange: (changes: Partial<BudgetDraft>) => void;
}

export function Covers({ draft, error, onChange }: PartProps & { error: string | null }) {
  return (
    <div className="grid gap-4 md:grid-cols-2">
      <Field label="What it covers">
        {(ids) => (
          <Select
            {...ids}
            value={draft.kind}
            onChange={({ target }) =>
              onChange({ kind: target.value as BudgetDraft["kind"], subject: EACH })
            }
            className="[&>select]:w-full"
          >
            {KINDS.map(({ id, label }) => (
              <option key={id} value={id}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {draft.kind !== "org" && (
        <SubjectField
          key={draft.kind}
          kind={draft.kind}
          subject={draft.subject}
          error={error}
          onChange={(subject) => onChange({ subject })}
        />
      )}
    </div>
  );
}

interface LimitProps extends PartProps {
  errorAt: (field: keyof DraftErrors) => string | null;
}

export function Limit({ draft, errorAt, onChange }: LimitProps) {
  return (
    <div className="grid gap-4 md:grid-cols-2">
      <Field label="Limit in USD" error={errorAt("limit_usd")}>
        {(ids) => (
          <Input
            {...ids}
            inputMode="decimal"
            placeholder="20"
            value={draft.limit}
            onChange={({ target }) => onChange({ limit: target.value })}
            className="tabular"
          />
        )}
      </Field>
      <div className="flex flex-col gap-1">
        <span className="text-12 font-medium text-ink-2">Counted by</span>
        <Choice
          label="Counted by"
          className="h-8!"
          options={PERIODS}
          value={draft.period}
          onChange={(period) => onChange({ period: period as BudgetDraft["period"] })}
        />
        <span className="text-12 text-ink-3">Days and months are UTC.</span>
      </div>
      <Field label="Warn at (% of the limit)" error={errorAt("warn_at")}>
        {(ids) => (
          <Input
            {...ids}
            inputMode="decimal"
            value={draft.warnAt}
            onChange={({ target }) => onChange({ warnAt: target.value })}
            className="tabular"
          />
        )}
      </Field>
    </div>
  );
}

const MODES = [
  {
    id: "hard",
    label: "Hard",
    hint: "A call that could cost more than is left is refused before it is made. Nothing is ever overspent, also by calls side by side.",
  },
  {
    id: "soft",
    label: "Soft",
    hint: "Nothing is refused. You are warned when the limit comes near and when it is reached.",
  },
] as const;

export function Mode({ draft, onChange }: PartProps) {
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-12 font-medium text-ink-2">When it is reached</legend>
      {MODES.map(({ id, label, hint }) => (
        <Option
          key={id}
          label={label}
          hint={hint}
          isOn={draft.mode === id}
          onChange={() => onChange({ mode: id })}
        />
      ))}
    </fieldset>
  );
}

interface OptionProps {
  label: string;
  hint: ReactNode;
  isOn: boolean;
  onChange: () => void;
}

function Option({ label, hint, isOn, onChange }: OptionProps) {
  return (
    <label className="flex cursor-pointer gap-2.5 rounded-md border border-line px-3 py-2 has-checked:border-accent-line has-checked:bg-accent-soft">
      <input
        type="radio"
        name="mode"
        checked={isOn}
        onChange={onChange}
        className="mt-1 shrink-0 accent-accent"
      />
      <span>
        <span className="font-medium">{label}</span>
        <span className="block text-12 text-ink-2">{hint}</span>
      </span>
    </label>
  );
}

export function Unpriced({ draft, onChange }: PartProps) {
  return (
    <Field
      label="Calls whose price is unknown"
      hint="Nobody can say what they cost, so a limit can't hold them."
    >
      {(ids) => (
        <Select
          {...ids}
          value={draft.unpriced}
          onChange={({ target }) => onChange({ unpriced: target.value as BudgetDraft["unpriced"] })}
          className="[&>select]:w-full"
        >
          <option value="">
            {draft.mode === "hard"
              ? "Refuse them (usual for hard)"
              : "Let them pass (usual for soft)"}
          </option>
          <option value="deny">Refuse them</option>
          <option value="allow">Let them pass</option>
        </Select>
      )}
    </Field>
  );
}
