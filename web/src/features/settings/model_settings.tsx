import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import { may } from "@/api/me";
import { Button } from "@/ui/button";
import { Select } from "@/ui/field";
import { ErrorNote, Spinner } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { ProviderForm } from "./provider_form";
import { ProviderRow } from "./provider_row";
import { modelsQuery, type Provider, providersQuery, useDefaultModel } from "./queries";
import { Section } from "./section";

export default function ModelSettings() {
  const [editing, setEditing] = useState<Provider | "new" | null>(null);
  const { data, error, isPending } = useQuery(providersQuery);
  const providers = data?.items ?? [];
  return (
    <>
      <DefaultModel />
      <Section
        title="Providers"
        hint={
          <>
            OpenAI, Anthropic, Google, Groq, Perplexity, xAI, Moonshot, Qwen, Ollama, and any server
            that speaks OpenAI's protocol, such as vLLM or llama.cpp on your own machine. What they
            have, cost and how they do is in the room{" "}
            <Link to="/models" className="text-accent-text underline">
              Models
            </Link>
            .
          </>
        }
        action={
          editing === null &&
          may("providers:write") && (
            <Button icon={Plus} onClick={() => setEditing("new")}>
              Add a provider
            </Button>
          )
        }
      >
        {error && <ErrorNote title="The providers could not be read" error={error} />}
        {isPending && <Spinner label="Reading the providers" />}
        {providers.length > 0 && (
          <ul aria-label="Providers" className="border-t border-line">
            {providers.map((provider) =>
              editing !== "new" && editing?.name === provider.name ? (
                <li key={provider.name} className="border-b border-line py-4">
                  <ProviderForm provider={provider} onClose={() => setEditing(null)} />
                </li>
              ) : (
                <ProviderRow
                  key={provider.name}
                  provider={provider}
                  onEdit={() => setEditing(provider)}
                />
              ),
            )}
          </ul>
        )}
        {editing === "new" && (
          <div className="border-t border-line pt-4">
            <ProviderForm
              provider={null}
              taken={providers.map((provider) => provider.name)}
              onClose={() => setEditing(null)}
            />
          </div>
        )}
        {data && providers.length === 0 && editing === null && (
          <p className="max-w-150 rounded-lg border border-line bg-canvas px-4 py-3 text-ink-2">
            No provider yet. The built-in <code className="text-12 text-ink">offline</code> operator
            answers plain commands over your files without any key. For free conversation add a
            provider: choose one of nine, and enter its key.
          </p>
        )}
      </Section>
    </>
  );
}

function DefaultModel() {
  const { data } = useQuery(modelsQuery);
  const change = useDefaultModel();
  const names = data?.items.map((model) => model.name) ?? [];
  const current = data?.default ?? "";
  const choose = (name: string) =>
    change.mutate(name, {
      onSuccess: () =>
        toast(`Agents that name no model now use ${name}.`, {
          onUndo: () => change.mutate(current),
        }),
      onError: (error) => toast(`Not changed: ${error.message}`, { isError: true }),
    });
  return (
    <Section title="Default model" hint="Used by every agent whose definition says “default”.">
      <Select
        aria-label="Default model"
        value={current}
        disabled={data === undefined || change.isPending || !may("models:write")}
        onChange={({ target }) => choose(target.value)}
        className="w-full max-w-90 [&>select]:font-mono"
      >
        {!names.includes(current) && <option value={current}>{current}</option>}
        {names.map((name) => (
          <option key={name} value={name}>
            {name === "offline" ? "offline (built in, no key)" : name}
          </option>
        ))}
      </Select>
    </Section>
  );
}
