import { useQuery } from "@tanstack/react-query";
import { clsx } from "clsx";
import { ArrowDown, ArrowUp, X } from "lucide-react";
import { toolsQuery } from "@/features/approvals/queries";
import { IconButton } from "@/ui/button";
import { Field, Input, TextArea } from "@/ui/field";
import type { DraftRule, Effect, RuleErrors } from "./rules";

interface Props {
  draft: DraftRule;
  number: number;
  count: number;
  errors: RuleErrors;
  onChange: (changes: Partial<DraftRule>) => void;
  onMove: (by: 1 | -1) => void;
  onRemove: () => void;
}

export function RuleRow({ draft, number, count, errors, onChange, onMove, onRemove }: Props) {
  return (
    <li
      aria-label={`Rule ${number}`}
      className="grid grid-cols-1 gap-x-3 gap-y-2 border-t border-line py-3 md:grid-cols-[148px_150px_1fr_1fr_auto]"
    >
      <Effects effect={draft.effect} number={number} onChange={(effect) => onChange({ effect })} />
      <Field label="Tool" error={errors.tool}>
        {(ids) => <ToolInput ids={ids} tool={draft.tool} onChange={(tool) => onChange({ tool })} />}
      </Field>
      <Field label="Only where" error={errors.patterns}>
        {(ids) => (
          <TextArea
            {...ids}
            rows={Math.max(1, draft.patterns.split("\n").length)}
            value={draft.patterns}
            spellCheck={false}
            placeholder="command = rm *"
            onChange={({ target }) => onChange({ patterns: target.value })}
            className="min-h-8! resize-none! font-mono md:text-12!"
          />
        )}
      </Field>
      <Field label="Why (the agent is told)">
        {(ids) => (
          <Input
            {...ids}
            value={draft.reason}
            onChange={({ target }) => onChange({ reason: target.value })}
          />
        )}
      </Field>
      <div className="flex items-start md:pt-5">
        <IconButton
          icon={ArrowUp}
          label={`Move rule ${number} up`}
          disabled={number === 1}
          onClick={() => onMove(-1)}
        />
        <IconButton
          icon={ArrowDown}
          label={`Move rule ${number} down`}
          disabled={number === count}
          onClick={() => onMove(1)}
        />
        <IconButton icon={X} label={`Remove rule ${number}`} onClick={onRemove} />
      </div>
    </li>
  );
}

const EFFECTS: { effect: Effect; color: string }[] = [
  { effect: "allow", color: "text-ok" },
  { effect: "ask", color: "text-warn" },
  { effect: "deny", color: "text-bad" },
];

interface EffectsProps {
  effect: Effect;
  number: number;
  onChange: (effect: Effect) => void;
}

function Effects({ effect: chosen, number, onChange }: EffectsProps) {
  return (
    <fieldset>
      <legend className="mb-1 text-12 font-medium text-ink-2">Effect</legend>
      <div className="flex h-8 rounded-md border border-line-strong/80 p-0.5">
        {EFFECTS.map(({ effect, color }) => (
          <label
            key={effect}
            className={clsx(
              "flex flex-1 cursor-pointer items-center justify-center rounded-sm text-12 has-focus-visible:outline-2 has-focus-visible:outline-accent-line",
              chosen === effect ? ["bg-active font-medium", color] : "text-ink-2 hover:text-ink",
            )}
          >
            <input
              type="radio"
              name={`effect-${number}`}
              className="sr-only"
              checked={chosen === effect}
              onChange={() => onChange(effect)}
            />
            {effect}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface ToolInputProps {
  ids: { id: string };
  tool: string;
  onChange: (tool: string) => void;
}

export function ToolInput({ ids, tool, onChange }: ToolInputProps) {
  const { data } = useQuery(toolsQuery);
  return (
    <>
      <Input
        {...ids}
        list={`${ids.id}-tools`}
        value={tool}
        spellCheck={false}
        placeholder="shell, or *"
        onChange={({ target }) => onChange(target.value)}
        className="font-mono md:text-12!"
      />
      <datalist id={`${ids.id}-tools`}>
        {data?.items.map(({ name }) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  );
}
