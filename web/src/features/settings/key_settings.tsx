import { useQuery } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { ago, exactMoment } from "@/lib/format";
import { Button } from "@/ui/button";
import { CodeBlock, CopyButton } from "@/ui/code_block";
import { Field, Input } from "@/ui/field";
import { ErrorNote, Spinner } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { type ApiKey, keysQuery, useCreateKey, useRevokeKey } from "./queries";
import { Section } from "./section";

export default function KeySettings() {
  const { data, error, isPending } = useQuery(keysQuery);
  const create = useCreateKey();
  const keys = data?.items ?? [];
  return (
    <>
      <Section
        title="New key"
        hint="For programs that call the HTTP API. A key can do what you can do."
      >
        <CreateKey create={create} />
        {create.data && <Fresh secret={create.data.key} name={create.data.name} />}
      </Section>
      <Section title="Keys">
        {error && <ErrorNote title="The keys could not be read" error={error} />}
        {isPending && <Spinner label="Reading the keys" />}
        {data && keys.length === 0 && (
          <p className="text-ink-2">
            No key yet. What you make above is listed here, without the key itself.
          </p>
        )}
        {keys.length > 0 && (
          <ul aria-label="API keys" className="border-t border-line">
            {keys.map((key) => (
              <KeyRow key={key.id} apiKey={key} />
            ))}
          </ul>
        )}
      </Section>
    </>
  );
}

function CreateKey({ create }: { create: ReturnType<typeof useCreateKey> }) {
  const [name, setName] = useState("");
  return (
    <form
      className="flex max-w-120 flex-wrap items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== "") create.mutate(name.trim(), { onSuccess: () => setName("") });
      }}
    >
      <Field label="What is it for?" className="min-w-48 grow" error={create.error?.message}>
        {(ids) => (
          <Input
            {...ids}
            value={name}
            placeholder="nightly import"
            maxLength={100}
            onChange={({ target }) => setName(target.value)}
          />
        )}
      </Field>
      <Button
        type="submit"
        tone="primary"
        icon={KeyRound}
        disabled={name.trim() === ""}
        isBusy={create.isPending}
      >
        Create a key
      </Button>
    </form>
  );
}

function Fresh({ secret, name }: { secret: string; name: string }) {
  const example = `curl -H "Authorization: Bearer ${secret}" ${globalThis.location?.origin ?? ""}/api/v1/runs`;
  return (
    <div role="status" className="mt-4 max-w-150 rounded-lg border border-line bg-canvas p-4">
      <p className="font-medium">The key “{name}” is shown this once. Copy it now.</p>
      <div className="mt-2 flex items-center gap-1 rounded-md border border-line-strong bg-surface pl-3">
        <code data-testid="fresh-key" className="min-w-0 grow py-1.5 text-12 break-all">
          {secret}
        </code>
        <CopyButton text={secret} label="Copy the key" />
      </div>
      <details className="mt-3">
        <summary className="w-fit text-12 text-ink-2">Try it</summary>
        <CodeBlock className="mt-2" code={example} language="bash" />
      </details>
    </div>
  );
}

function KeyRow({ apiKey }: { apiKey: ApiKey }) {
  const [isAsked, setAsked] = useState(false);
  const revoke = useRevokeKey();
  const drop = () =>
    revoke.mutate(apiKey.id, {
      onSuccess: () => toast(`“${apiKey.name}” is revoked: it opens nothing any more.`),
      onError: (error) => toast(`Not revoked: ${error.message}`, { isError: true }),
    });
  return (
    <li className="flex min-h-11 flex-wrap items-center gap-x-4 gap-y-1 border-b border-line py-2">
      <span className="min-w-32 grow font-medium">{apiKey.name}</span>
      <code className="text-12 text-ink-2 md:w-32">{apiKey.prefix}…</code>
      <span className="text-12 text-ink-3 md:w-28" title={exactMoment(apiKey.created_at)}>
        made {ago(apiKey.created_at)}
      </span>
      <span className="text-12 text-ink-3 md:w-28">
        {apiKey.last_used_at === null ? "never used" : `used ${ago(apiKey.last_used_at)}`}
      </span>
      {/* A revoked key can't come back, so this one is asked. */}
      {isAsked ? (
        <span className="flex gap-1.5">
          <Button size="sm" onClick={() => setAsked(false)}>
            Keep it
          </Button>
          <Button size="sm" tone="danger" isBusy={revoke.isPending} onClick={drop}>
            Revoke for good
          </Button>
        </span>
      ) : (
        <Button
          size="sm"
          tone="quiet"
          aria-label={`Revoke ${apiKey.name}`}
          onClick={() => setAsked(true)}
        >
          Revoke
        </Button>
      )}
    </li>
  );
}
