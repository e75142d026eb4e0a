import { useState } from "react";
import { may } from "@/api/me";
import { AskedButton } from "@/features/account/asked_button";
import { useNames } from "@/features/policies/use_names";
import { ago, exactMoment } from "@/lib/format";
import { Button } from "@/ui/button";
import { Badge } from "@/ui/status";
import { toast } from "@/ui/toast";
import { type SecretInfo, useDeleteSecret, useRotate } from "./queries";
import { hostsWords, SecretHosts } from "./secret_hosts";
import { SecretVersions } from "./secret_versions";
import { ValueField } from "./value_field";

export function SecretRow({ secret }: { secret: SecretInfo }) {
  const [open, setOpen] = useState<"value" | "versions" | "hosts" | null>(null);
  const remove = useDeleteSecret();
  const nameOf = useNames();
  const drop = () =>
    remove.mutate(secret.name, {
      onSuccess: () => toast(`“${secret.name}” is destroyed, in all its versions.`),
      onError: (error) => toast(`Not deleted: ${error.message}`, { isError: true }),
    });
  const toggle = (what: "value" | "versions" | "hosts") => setOpen(open === what ? null : what);
  return (
    <li className="border-b border-line py-2">
      <div className="flex min-h-7 flex-wrap items-center gap-x-4 gap-y-1">
        <span className="flex min-w-44 grow basis-44 items-center gap-2">
          <code className="min-w-0 font-medium break-all">{secret.name}</code>
          <Badge>version {secret.version}</Badge>
        </span>
        <span className="text-12 text-ink-3" title={exactMoment(secret.updated_at)}>
          changed {ago(secret.updated_at)}
          {secret.updated_by && ` by ${nameOf(secret.updated_by)}`}
        </span>
        <span className="flex flex-wrap items-center gap-1">
          <Button
            size="sm"
            tone="quiet"
            aria-expanded={open === "versions"}
            aria-label={`Versions of ${secret.name}`}
            onClick={() => toggle("versions")}
          >
            Versions
          </Button>
          {may("secrets:write") && (
            <>
              <Button
                size="sm"
                tone="quiet"
                aria-expanded={open === "value"}
                aria-label={`New value for ${secret.name}`}
                onClick={() => toggle("value")}
              >
                New value
              </Button>
              <Button
                size="sm"
                tone="quiet"
                aria-expanded={open === "hosts"}
                aria-label={`Hosts of ${secret.name}`}
                onClick={() => toggle("hosts")}
              >
                Hosts
              </Button>
              <AskedButton
                label="Delete"
                name={`Delete ${secret.name}`}
                answer="Destroy it for good"
                isBusy={remove.isPending}
                onYes={drop}
              />
            </>
          )}
        </span>
      </div>
      <p className="text-12 text-ink-3">
        {secret.used_by.length > 0
          ? `Used by ${secret.used_by.join(", ")}`
          : "Nothing that cadre knows of uses it."}
        {` Agents' tools may send it to ${hostsWords(secret.hosts)}.`}
      </p>
      {open === "value" && <NewValue secret={secret} onDone={() => setOpen(null)} />}
      {open === "hosts" && <SecretHosts secret={secret} onDone={() => setOpen(null)} />}
      {open === "versions" && <SecretVersions name={secret.name} />}
    </li>
  );
}

function NewValue({ secret, onDone }: { secret: SecretInfo; onDone: () => void }) {
  const [value, setValue] = useState("");
  const rotate = useRotate();
  const send = () => {
    if (value === "") return;
    rotate.mutate(
      { name: secret.name, value },
      {
        onSuccess: (next) => {
          toast(`“${next.name}” has a new value, as version ${next.version}.`);
          onDone();
        },
      },
    );
  };
  return (
    <form
      aria-label={`New value for ${secret.name}`}
      autoComplete="off"
      className="mt-2 flex max-w-160 flex-wrap items-start gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <ValueField
        label="New value"
        value={value}
        error={rotate.error?.message}
        onChange={setValue}
        isFocused
      />
      <span className="mt-5 flex gap-1.5">
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" tone="primary" disabled={value === ""} isBusy={rotate.isPending}>
          Replace
        </Button>
      </span>
      <p className="w-full text-12 text-ink-3">
        It counts from the next use on. The former value is kept sealed for 30 days, for what still
        works with it.
      </p>
    </form>
  );
}
