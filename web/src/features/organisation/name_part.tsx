import { useState } from "react";
import { may } from "@/api/me";
import { Section } from "@/features/settings/section";
import { faultOf, faultOfAll } from "@/features/signin/entering";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/code_block";
import { Field, Input } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { type Organisation, useChangeOrg } from "./queries";

export function NamePart({ org }: { org: Organisation }) {
  return (
    <Section title="Name" hint="As members see it, in letters too.">
      <div className="flex max-w-120 flex-col gap-3">
        {may("org:write") ? <NameForm org={org} /> : <p className="font-medium">{org.name}</p>}
        <div className="flex flex-wrap items-center gap-x-1 text-12 text-ink-3">
          <span>
            In addresses <code>{org.slug}</code>, in the API <code>{org.id}</code>
          </span>
          <CopyButton text={org.id} label="Copy the id" />
        </div>
      </div>
    </Section>
  );
}

function NameForm({ org }: { org: Organisation }) {
  const [name, setName] = useState(org.name);
  const change = useChangeOrg();
  const isNew = name.trim() !== "" && name.trim() !== org.name;
  const rest = faultOfAll(change.error, ["name"]);
  return (
    <form
      className="flex flex-wrap items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (isNew) change.mutate({ name: name.trim() }, { onSuccess: () => toast("Saved.") });
      }}
    >
      <Field
        label="Name of the organisation"
        className="min-w-48 grow"
        error={faultOf(change.error, "name")}
      >
        {(ids) => (
          <Input {...ids} value={name} maxLength={100} onChange={(e) => setName(e.target.value)} />
        )}
      </Field>
      <Button type="submit" disabled={!isNew} isBusy={change.isPending}>
        Save
      </Button>
      {rest && <ErrorNote title="Not saved" error={rest} className="w-full" />}
    </form>
  );
}
