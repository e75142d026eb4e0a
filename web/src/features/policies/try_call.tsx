/** A call that is only imagined: what would be decided of it, and by which rules. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { agentsQuery } from "@/features/agents/queries";
import { readJsonObject } from "@/features/approvals/edit";
import { ToolInput } from "@/features/settings/rule_row";
import { Button } from "@/ui/button";
import { Field, Select, TextArea } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { Explanation } from "./chain";
import { readPolicyFault } from "./fault";
import { type CallSketch, type Draft, useExplainCall } from "./queries";

const TAINTS = ["web page", "e-mail", "file from outside", "tool of an untrusted server"];
const ENVIRONMENTS = ["dev", "staging", "production"];

/** With `draft`: as if that were in force. */
export function TryCall({ draft }: { draft?: Draft }) {
  const [call, setCall] = useState<CallSketch>({ tool: "shell", arguments: {}, taints: [] });
  const [json, setJson] = useState('{"command": "rm -rf build"}');
  const [wrong, setWrong] = useState<string | null>(null);
  const explain = useExplainCall();
  const put = (changes: Partial<CallSketch>) => setCall({ ...call, ...changes });
  const ask = () => {
    const { arguments: values, errors } = readJsonObject(json);
    setWrong(errors[""] ?? null);
    if (errors[""] !== undefined) return;
    const asked = { ...call, tool: call.tool.trim(), arguments: values };
    explain.mutate({ call: asked, ...(draft ? { draft } : {}) });
  };
  return (
    <div className="flex max-w-240 flex-col gap-4 p-4">
      <p className="text-ink-2">
        {draft
          ? "With what is typed in force, together with everything else that is."
          : "By everything that is in force now."}{" "}
        Nothing is done.
      </p>
      <form
        aria-label="Try a call"
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          ask();
        }}
      >
        <div className="grid gap-3 md:grid-cols-3">
          <Field label="Tool">
            {(ids) => <ToolInput ids={ids} tool={call.tool} onChange={(tool) => put({ tool })} />}
          </Field>
          <AgentField call={call} onChange={put} />
          <EnvironmentField call={call} onChange={put} />
        </div>
        <Field label="Arguments (JSON)" error={wrong}>
          {(ids) => (
            <TextArea
              {...ids}
              value={json}
              spellCheck={false}
              onChange={({ target }) => setJson(target.value)}
              className="font-mono md:text-12!"
            />
          )}
        </Field>
        <Taints taints={call.taints} onChange={(taints) => put({ taints })} />
        <Button
          type="submit"
          tone="primary"
          className="self-start"
          isBusy={explain.isPending}
          disabled={call.tool.trim() === ""}
        >
          Decide
        </Button>
      </form>
      {explain.error && (
        <ErrorNote title="Not decided" error={readPolicyFault(explain.error).text} />
      )}
      {explain.data && <Explanation explained={explain.data} />}
    </div>
  );
}

interface PartProps {
  call: CallSketch;
  onChange: (changes: Partial<CallSketch>) => void;
}

function AgentField({ call, onChange }: PartProps) {
  const { data } = useQuery(agentsQuery);
  return (
    <Field label="Agent">
      {(ids) => (
        <Select
          {...ids}
          value={call.agent ?? ""}
          onChange={({ target }) => onChange({ agent: target.value || undefined })}
        >
          <option value="">Any, with every tool</option>
          {data?.items.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
      )}
    </Field>
  );
}

function EnvironmentField({ call, onChange }: PartProps) {
  return (
    <Field label="Environment">
      {(ids) => (
        <Select
          {...ids}
          value={call.environment ?? ""}
          onChange={({ target }) => onChange({ environment: target.value || undefined })}
        >
          <option value="">This one</option>
          {ENVIRONMENTS.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
      )}
    </Field>
  );
}

interface TaintsProps {
  taints: string[];
  onChange: (taints: string[]) => void;
}

function Taints({ taints, onChange }: TaintsProps) {
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 text-12 font-medium text-ink-2">The run has read before</legend>
      <div className="flex flex-wrap gap-x-5 gap-y-1">
        {TAINTS.map((taint) => (
          <label key={taint} className="flex min-h-7 items-center gap-2 max-md:min-h-9">
            <input
              type="checkbox"
              className="accent-accent"
              checked={taints.includes(taint)}
              onChange={({ target }) =>
                onChange(
                  target.checked ? [...taints, taint] : taints.filter((each) => each !== taint),
                )
              }
            />
            {taint}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
