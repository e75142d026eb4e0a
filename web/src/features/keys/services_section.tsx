import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { may } from "@/api/me";
import { type ServiceAccount, servicesQuery } from "@/features/access/queries";
import { Section } from "@/features/settings/section";
import { UnfoldingRow } from "@/features/settings/unfolding_row";
import { faultOf, faultOfAll } from "@/features/signin/entering";
import { count } from "@/lib/format";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { ErrorNote, Spinner } from "@/ui/notes";
import { Badge } from "@/ui/status";
import { keysQuery, useCreateAccount } from "./queries";
import { ServiceDetail } from "./service_detail";

/** Programs that act for themselves, with roles and keys of their own. */
export default function ServicesSection() {
  const { data, error } = useQuery(servicesQuery);
  if (error && !data)
    return (
      <ErrorNote title="The service accounts could not be read" error={error} className="m-4" />
    );
  if (!data) return <Spinner label="Reading the service accounts" />;
  return (
    <Section
      title="Service accounts"
      hint="Programs that act for themselves: they outlive the people who set them up, and may do what their roles say."
    >
      {may("service-accounts:write") && <NewAccount />}
      {data.length === 0 && (
        <p className="mt-3 text-ink-2">
          None yet. Make “nightly import”, give it a role, then a key that its script uses.
        </p>
      )}
      {data.length > 0 && (
        <ul aria-label="Service accounts" className="mt-4 border-t border-line">
          {data.map((account) => (
            <Row key={account.id} account={account} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function NewAccount() {
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const create = useCreateAccount();
  const navigate = useNavigate();
  const rest = faultOfAll(create.error, ["name"]);
  const send = () =>
    create.mutate(
      { name: name.trim(), description: description.trim() },
      {
        onSuccess: ({ id }) => {
          setName("");
          setDescription("");
          void navigate({ to: ".", search: (before) => ({ ...before, open: id }) });
        },
      },
    );
  return (
    <form
      aria-label="New service account"
      className="flex flex-wrap items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== "") send();
      }}
    >
      <Field label="Name" className="w-56 max-md:w-full" error={faultOf(create.error, "name")}>
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
      <Field label="What it does" className="min-w-48 grow">
        {(ids) => (
          <Input
            {...ids}
            value={description}
            maxLength={1000}
            onChange={({ target }) => setDescription(target.value)}
          />
        )}
      </Field>
      <Button type="submit" disabled={name.trim() === ""} isBusy={create.isPending}>
        Make the account
      </Button>
      {rest && <ErrorNote title="Not made" error={rest} className="w-full" />}
    </form>
  );
}

function Row({ account }: { account: ServiceAccount }) {
  const keys = useQuery({ ...keysQuery, enabled: may("keys:read") }).data ?? [];
  const own = keys.filter(({ owner }) => owner.kind === "service" && owner.id === account.id);
  return (
    <UnfoldingRow
      id={account.id}
      title={
        <>
          {" "}
          <span className="font-medium">{account.name}</span>
          <span className="min-w-0 truncate text-ink-2">{account.description}</span>
        </>
      }
      aside={
        <>
          {" "}
          {account.disabled && <Badge tone="warn">Disabled</Badge>}
          <span className="shrink-0 text-12 text-ink-3">{count(own.length, "key")}</span>
        </>
      }
    >
      <ServiceDetail account={account} keys={own} />
    </UnfoldingRow>
  );
}
