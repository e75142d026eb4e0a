import { useState } from "react";
import { faultOf, faultOfAll } from "@/features/signin/entering";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/code_block";
import { Field, Input } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { useProvision } from "./installation_queries";
import type { Provisioned } from "./queries";
import { slugOf } from "./slug";

/** A new organisation, and the link by which its first owner gets in. */
export function NewOrg({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [slug, setSlug] = useState<string | null>(null);
  const [email, setEmail] = useState("");
  const create = useProvision();
  const wanted = slug ?? slugOf(name);
  const rest = faultOfAll(create.error, ["name", "slug", "email"]);
  if (create.data) return <Made made={create.data} onClose={onClose} />;
  return (
    <form
      aria-label="New organisation"
      className="mb-5 flex max-w-150 flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate({ name: name.trim(), slug: wanted, email: email.trim() });
      }}
    >
      <div className="flex flex-wrap gap-3">
        <Field label="Name" className="min-w-48 grow" error={faultOf(create.error, "name")}>
          {(ids) => (
            <Input
              {...ids}
              value={name}
              placeholder="Acme"
              required
              autoFocus
              maxLength={100}
              onChange={({ target }) => setName(target.value)}
            />
          )}
        </Field>
        <Field label="In addresses" className="w-44" error={faultOf(create.error, "slug")}>
          {(ids) => (
            <Input
              {...ids}
              value={wanted}
              required
              className="font-mono"
              maxLength={40}
              onChange={({ target }) => setSlug(target.value)}
            />
          )}
        </Field>
      </div>
      <Field label="E-mail of its first owner" error={faultOf(create.error, "email")}>
        {(ids) => (
          <Input
            {...ids}
            type="email"
            value={email}
            required
            placeholder="owner@acme.example"
            onChange={({ target }) => setEmail(target.value)}
          />
        )}
      </Field>
      {rest && <ErrorNote title="Not made" error={rest} />}
      <div className="flex gap-2">
        <Button type="submit" tone="primary" isBusy={create.isPending}>
          Make the organisation
        </Button>
        <Button tone="quiet" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

function Made({ made, onClose }: { made: Provisioned; onClose: () => void }) {
  return (
    <div role="status" className="mb-5 max-w-150 rounded-lg border border-line bg-canvas p-4">
      <p className="font-medium">{made.org.name} is there.</p>
      <p className="mt-0.5 text-ink-2">
        Hand this link to its first owner. It works once, and is shown this once.
      </p>
      <div className="mt-2 flex items-center gap-1 rounded-md border border-line-strong bg-surface pl-3">
        <code data-testid="owner-link" className="min-w-0 grow py-1.5 text-12 break-all">
          {made.sign_in}
        </code>
        <CopyButton text={made.sign_in} label="Copy the link" />
      </div>
      <Button size="sm" className="mt-3" onClick={onClose}>
        Done
      </Button>
    </div>
  );
}
