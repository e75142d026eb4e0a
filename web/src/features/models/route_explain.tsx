/** Whom a call would go to by what is typed, and why every other model was passed over. */
import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleSlash } from "lucide-react";
import { useState } from "react";
import { Problem } from "@/api/client";
import { money } from "@/lib/format";
import { Field, Input, TextArea } from "@/ui/field";
import { ErrorNote, Spinner } from "@/ui/notes";
import { ConsideredList, ConsideredRows } from "./considered_list";
import { explainRoute } from "./route_queries";
import type { AskInput, Explained } from "./types";
import { type RouteDraft, useStill } from "./use_route_draft";

const STILL_MS = 250;

const FLAGS = [
  { flag: "has_images", label: "Pictures" },
  { flag: "has_documents", label: "Documents" },
  { flag: "has_audio", label: "Sound" },
  { flag: "wants_json", label: "Answer as JSON" },
  { flag: "wants_reasoning", label: "Reasoning" },
] as const;

export function RouteExplain({ draft }: { draft: RouteDraft }) {
  const [ask, setAsk] = useState<AskInput>({ tokens: 1000, text: "" });
  const [agent, setAgent] = useState("");
  const still = useStill(JSON.stringify({ ask, agent }), STILL_MS);
  const { data, error, isPending } = useQuery({
    queryKey: ["models", "explain", draft.yaml, still],
    queryFn: () => {
      const asked = JSON.parse(still) as { ask: AskInput; agent: string };
      return explainRoute({
        yaml: draft.yaml,
        ask: asked.ask,
        ...(asked.agent ? { agent: asked.agent } : {}),
      });
    },
    placeholderData: (old) => old,
    retry: false,
  });
  return (
    <div className="flex flex-col">
      {draft.isChanged && (
        <p className="border-b border-line bg-accent-soft px-4 py-1.5 text-12">
          This explains what is typed, which is not saved yet.
        </p>
      )}
      <AskForm ask={ask} onChange={setAsk} agent={agent} onAgent={setAgent} />
      {error ? (
        <ErrorNote
          className="m-4"
          title={
            error instanceof Problem && error.status === 422
              ? "The definition has a mistake"
              : "It could not be explained"
          }
          error={error}
        />
      ) : isPending ? (
        <Spinner label="Deciding" />
      ) : (
        data && <Outcome explained={data} />
      )}
    </div>
  );
}

interface AskFormProps {
  ask: AskInput;
  onChange: (ask: AskInput) => void;
  agent: string;
  onAgent: (agent: string) => void;
}

function AskForm({ ask, onChange, agent, onAgent }: AskFormProps) {
  const amount = (text: string, least: number) => Math.max(least, Math.floor(Number(text)) || 0);
  return (
    <form
      aria-label="What would be asked"
      onSubmit={(event) => event.preventDefault()}
      className="flex max-w-180 flex-col gap-3 p-4"
    >
      <Field label="What would be asked" hint="Conditions may look at the words.">
        {(ids) => (
          <TextArea
            {...ids}
            value={ask.text ?? ""}
            maxLength={4000}
            placeholder="Compare these two contracts."
            onChange={({ target }) => onChange({ ...ask, text: target.value })}
            className="min-h-14!"
          />
        )}
      </Field>
      <div className="grid grid-cols-2 gap-3 md:grid-cols-3">
        <NumberField
          label="Input tokens"
          value={ask.tokens}
          onChange={(text) => onChange({ ...ask, tokens: amount(text, 0) })}
        />
        <NumberField
          label="Longest answer"
          placeholder="no bound"
          value={ask.max_tokens ?? undefined}
          onChange={(text) =>
            onChange({ ...ask, max_tokens: text === "" ? null : amount(text, 1) })
          }
        />
        <NumberField
          label="Tools"
          value={ask.tools ?? 0}
          onChange={(text) => onChange({ ...ask, tools: amount(text, 0) })}
        />
        <Field label="By the agent">
          {(ids) => (
            <Input
              {...ids}
              placeholder="none"
              value={agent}
              onChange={({ target }) => onAgent(target.value)}
            />
          )}
        </Field>
      </div>
      <fieldset className="flex flex-wrap gap-x-5 gap-y-1">
        <legend className="mb-1 text-12 font-medium text-ink-2">With</legend>
        {FLAGS.map(({ flag, label }) => (
          <label key={flag} className="flex h-7 items-center gap-2 max-md:h-9">
            <input
              type="checkbox"
              className="accent-accent"
              checked={ask[flag] ?? false}
              onChange={({ target }) => onChange({ ...ask, [flag]: target.checked })}
            />
            {label}
          </label>
        ))}
      </fieldset>
    </form>
  );
}

interface NumberProps {
  label: string;
  value: number | undefined;
  placeholder?: string;
  onChange: (text: string) => void;
}

function NumberField({ label, value, placeholder, onChange }: NumberProps) {
  return (
    <Field label={label}>
      {(ids) => (
        <Input
          {...ids}
          type="number"
          min={0}
          placeholder={placeholder}
          value={value ?? ""}
          onChange={({ target }) => onChange(target.value)}
          className="tabular text-right"
        />
      )}
    </Field>
  );
}

function Outcome({ explained }: { explained: Explained }) {
  const chosen = explained.considered.filter((one) => one.chosen);
  const passed = explained.considered.filter((one) => !one.chosen);
  const [first] = chosen;
  return (
    <section aria-label="Decision" aria-live="polite" className="border-t border-line">
      <div className="flex items-baseline gap-2 px-4 py-3">
        {first === undefined ? (
          <>
            <CircleSlash size={14} aria-hidden className="shrink-0 mt-0.5 text-bad" />
            <p>
              <strong className="font-medium">No model can answer this.</strong>{" "}
              <span className="text-ink-2">{explained.passed_rules.join(" ")}</span>
            </p>
          </>
        ) : (
          <>
            <CircleCheck size={14} aria-hidden className="shrink-0 mt-0.5 text-ok" />
            <p className="min-w-0">
              Goes to <strong className="font-medium break-all">{first.name}</strong>
              {explained.rule === null ? ", the fallback" : `, by rule ${explained.rule + 1}`}.{" "}
              <span className="text-ink-2">
                About {money(first.estimated_cost_usd)}, with 500 tokens of answer if no bound is
                set.
              </span>
            </p>
          </>
        )}
      </div>
      {explained.passed_rules.length > 0 && first !== undefined && (
        <ul aria-label="Rules that did not decide" className="px-4 pb-3 text-12 text-ink-3">
          {explained.passed_rules.map((said) => (
            <li key={said}>{said}</li>
          ))}
        </ul>
      )}
      <ConsideredRows label="Would be asked, in this order" items={chosen} />
      <ConsideredList title="Passed over" items={passed} />
    </section>
  );
}
