/** Ask the gate about a call, without making it. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { agentsQuery } from "@/features/agents/queries";
import { readJsonObject } from "@/features/approvals/edit";
import { Button } from "@/ui/button";
import { Field, Select, TextArea } from "@/ui/field";
import { Badge } from "@/ui/status";
import { type Ruling, useExplain } from "./queries";
import { ToolInput } from "./rule_row";
import { Section } from "./section";

export function ExplainCall() {
  const [tool, setTool] = useState("shell");
  const [json, setJson] = useState('{"command": "rm -rf build"}');
  const [agent, setAgent] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const agents = useQuery(agentsQuery);
  const explain = useExplain();
  const ask = () => {
    const { arguments: call, errors } = readJsonObject(json);
    setWrong(errors[""] ?? null);
    if (errors[""] !== undefined) return;
    explain.mutate({ tool: tool.trim(), arguments: call, ...(agent === "" ? {} : { agent }) });
  };
  return (
    <Section
      title="Explain a call"
      hint="What would happen to it, by the rules that are saved now. Nothing is done."
    >
      <form
        aria-label="Explain a call"
        className="grid max-w-200 gap-3 md:grid-cols-[180px_1fr_180px]"
        onSubmit={(event) => {
          event.preventDefault();
          ask();
        }}
      >
        <Field label="Tool">
          {(ids) => <ToolInput ids={ids} tool={tool} onChange={setTool} />}
        </Field>
        <Field label="Arguments (JSON)" error={wrong}>
          {(ids) => (
            <TextArea
              {...ids}
              rows={1}
              value={json}
              spellCheck={false}
              onChange={({ target }) => setJson(target.value)}
              className="min-h-8! font-mono md:text-12!"
            />
          )}
        </Field>
        <Field label="Agent">
          {(ids) => (
            <Select {...ids} value={agent} onChange={({ target }) => setAgent(target.value)}>
              <option value="">Any, with every tool</option>
              {agents.data?.items.map(({ name }) => (
                <option key={name}>{name}</option>
              ))}
            </Select>
          )}
        </Field>
        <div className="md:col-span-3">
          <Button type="submit" isBusy={explain.isPending} disabled={tool.trim() === ""}>
            Explain
          </Button>
        </div>
      </form>
      {explain.error && (
        <p role="alert" className="mt-3 text-bad">
          Not explained: {explain.error.message}
        </p>
      )}
      {explain.data && <Answer ruling={explain.data} />}
    </Section>
  );
}

const LOOKS = {
  allow: { tone: "ok", word: "Allowed" },
  ask: { tone: "warn", word: "A person is asked" },
  deny: { tone: "bad", word: "Denied" },
  error: { tone: "neutral", word: "Not a call" },
} as const;

const SOURCES = {
  default: "No rule speaks of it, so the built-in one counts.",
  org: "By a rule above.",
  agent: "By a rule of the agent.",
};

function Answer({ ruling }: { ruling: Ruling }) {
  const { tone, word } = LOOKS[ruling.effect];
  return (
    <div role="status" className="mt-3 flex max-w-200 flex-wrap items-center gap-x-3 gap-y-1">
      <Badge tone={tone}>{word}</Badge>
      <span>{ruling.reason}</span>
      {ruling.source && <span className="text-ink-3">{SOURCES[ruling.source]}</span>}
    </div>
  );
}
