import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleDashed } from "lucide-react";
import { useState } from "react";
import { may } from "@/api/me";
import { AskedButton } from "@/features/account/asked_button";
import { Section } from "@/features/settings/section";
import { faultOf, faultOfAll } from "@/features/signin/entering";
import { exactMoment } from "@/lib/format";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/code_block";
import { Field, Input } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { toast } from "@/ui/toast";
import {
  type Domain,
  domainsQuery,
  useAddDomain,
  useRemoveDomain,
  useVerifyDomain,
} from "./queries";

/** Names of the organisation's own by which the console is reached. */
export function DomainsPart() {
  const { data, error } = useQuery(domainsQuery);
  return (
    <Section
      title="Domains"
      hint="The console under a name of your own, once its DNS says that it is yours."
    >
      {may("domains:write") && <AddDomain />}
      {error && !data && <ErrorNote title="The domains could not be read" error={error} />}
      {data?.length === 0 && (
        <p className="mt-3 text-ink-2">
          None yet. For agents.example.org, add it here, set the record that is shown, then verify.
        </p>
      )}
      {data && data.length > 0 && (
        <ul aria-label="Domains" className="mt-4 border-t border-line">
          {data.map((domain) => (
            <DomainRow key={domain.domain} domain={domain} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function AddDomain() {
  const [domain, setDomain] = useState("");
  const add = useAddDomain();
  const rest = faultOfAll(add.error, ["domain"]);
  return (
    <form
      className="flex max-w-120 flex-wrap items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (domain.trim()) add.mutate(domain.trim(), { onSuccess: () => setDomain("") });
      }}
    >
      <Field label="Domain" className="min-w-48 grow" error={faultOf(add.error, "domain")}>
        {(ids) => (
          <Input
            {...ids}
            value={domain}
            placeholder="agents.example.org"
            inputMode="url"
            autoCapitalize="none"
            spellCheck={false}
            onChange={({ target }) => setDomain(target.value)}
          />
        )}
      </Field>
      <Button type="submit" disabled={domain.trim() === ""} isBusy={add.isPending}>
        Add the domain
      </Button>
      {rest && <ErrorNote title="Not added" error={rest} className="w-full" />}
    </form>
  );
}

function DomainRow({ domain }: { domain: Domain }) {
  const verify = useVerifyDomain();
  const remove = useRemoveDomain();
  const isProved = domain.verified_at !== null;
  const Icon = isProved ? CircleCheck : CircleDashed;
  return (
    <li className="flex flex-col gap-2 border-b border-line py-2.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="min-w-40 grow font-medium break-all">{domain.domain}</span>
        <span
          className={`inline-flex items-center gap-1.5 ${isProved ? "text-ok" : "text-ink-3"}`}
          title={domain.verified_at ? exactMoment(domain.verified_at) : undefined}
        >
          <Icon size={14} aria-hidden />
          {isProved ? "Verified" : "Not verified yet"}
        </span>
        {may("domains:write") && (
          <span className="flex flex-wrap gap-2">
            {!isProved && (
              <Button
                size="sm"
                aria-label={`Verify ${domain.domain}`}
                isBusy={verify.isPending}
                onClick={() =>
                  verify.mutate(domain.domain, {
                    onSuccess: () => toast(`${domain.domain} is yours: it leads here now.`),
                  })
                }
              >
                Verify
              </Button>
            )}
            <AskedButton
              label="Remove"
              name={`Remove ${domain.domain}`}
              answer="Remove: the name leads nowhere"
              isBusy={remove.isPending}
              onYes={() => remove.mutate(domain.domain)}
            />
          </span>
        )}
      </div>
      {!isProved && <Record domain={domain} />}
      {(verify.error ?? remove.error) && (
        <ErrorNote
          title={verify.error ? "Not verified" : "Not removed"}
          error={verify.error ?? remove.error}
        />
      )}
    </li>
  );
}

function Record({ domain }: { domain: Domain }) {
  const parts = [
    { label: "Type", text: "TXT" },
    { label: "Name", text: domain.record },
    { label: "Value", text: domain.value },
  ];
  return (
    <dl className="grid max-w-150 grid-cols-[auto_minmax(0,1fr)] items-center gap-x-4 rounded-md border border-line bg-canvas py-1 pl-3">
      {parts.map(({ label, text }) => (
        <div key={label} className="contents">
          <dt className="text-12 text-ink-3">{label}</dt>
          <dd className="flex min-h-7 min-w-0 items-center gap-1">
            <code className="min-w-0 grow text-12 break-all">{text}</code>
            {label !== "Type" && (
              <CopyButton text={text} label={`Copy the ${label.toLowerCase()}`} />
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
