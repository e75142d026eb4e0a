import { useState } from "react";
import { SecretField } from "@/features/settings/secret_field";
import { faultOf, faultOfAll } from "@/features/signin/entering";
import { Button } from "@/ui/button";
import { CopyLine } from "@/ui/copy_line";
import { Field, Input, Select } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { draftOf, inputOf, missing, ofKind, type ProviderDraft } from "./draft";
import { KINDS, kindOf } from "./kinds";
import { PeopleFields } from "./people_fields";
import { type IdentityProvider, useSaveProvider } from "./queries";
import { TrustFields } from "./trust_fields";

const CALLBACK = "/api/v1/session/sso/callback";
const FIELDS = [
  ...["name", "issuer", "client_id", "client_secret", "allowed_domains", "default_role"],
  ...["groups_claim", "group_map", "scopes", "mfa_acr"],
];

export interface FieldsProps {
  draft: ProviderDraft;
  faults: (field: string) => string | null;
  onChange: (changes: Partial<ProviderDraft>) => void;
}

interface Props {
  provider: IdentityProvider | null;
  onSaved: (saved: IdentityProvider) => void;
  onClose: () => void;
}

/** In the order in which one goes about it: register there, copy back, say who may come. */
export function ProviderForm({ provider, onSaved, onClose }: Props) {
  const [draft, setDraft] = useState(() => draftOf(provider));
  const [isTried, setTried] = useState(false);
  const save = useSaveProvider();
  const wrong = missing(draft);
  const faults = (field: string) =>
    (isTried ? wrong[field] : null) ?? faultOf(save.error, field) ?? null;
  const rest = faultOfAll(save.error, FIELDS);
  const change = (changes: Partial<ProviderDraft>) => setDraft({ ...draft, ...changes });
  const fields = { draft, faults, onChange: change };
  const send = () => {
    setTried(true);
    if (Object.keys(wrong).length > 0) return;
    save.mutate({ id: provider?.id ?? null, ...inputOf(draft) }, { onSuccess: onSaved });
  };
  return (
    <form
      aria-label={provider === null ? "New identity provider" : `Edit ${provider.name}`}
      className="flex max-w-150 flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="grid gap-4 md:grid-cols-2">
        <Field label="Provider">
          {(ids) => (
            <Select
              {...ids}
              value={draft.kind}
              disabled={provider !== null}
              onChange={({ target }) =>
                setDraft(ofKind(draft, target.value as ProviderDraft["kind"]))
              }
            >
              {KINDS.map(({ kind, title }) => (
                <option key={kind} value={kind}>
                  {title}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field
          label="Name"
          hint={`The button says “Sign in with ${draft.name.trim() || "…"}”.`}
          error={faults("name")}
        >
          {(ids) => (
            <Input
              {...ids}
              value={draft.name}
              maxLength={63}
              onChange={({ target }) => change({ name: target.value })}
            />
          )}
        </Field>
      </div>
      <Registration draft={draft} address={provider?.redirect_uri ?? null} />
      <ClientFields {...fields} />
      <PeopleFields {...fields} />
      <TrustFields {...fields} />
      {rest && <ErrorNote title="Not saved. What you typed is kept." error={rest} />}
      <div className="flex gap-2">
        <Button type="submit" tone="primary" isBusy={save.isPending}>
          Save the provider
        </Button>
        <Button tone="quiet" onClick={onClose}>
          Discard
        </Button>
      </div>
    </form>
  );
}

function Registration({ draft, address }: { draft: ProviderDraft; address: string | null }) {
  return (
    <div className="flex flex-col gap-1">
      <span className="text-12 font-medium text-ink-2">Redirect address</span>
      <CopyLine
        text={address ?? globalThis.location.origin + CALLBACK}
        label="the redirect address"
      />
      <p className="text-12 text-ink-3">Register it there first. {kindOf(draft.kind).where}</p>
    </div>
  );
}

function ClientFields({ draft, faults, onChange }: FieldsProps) {
  const { issuer } = kindOf(draft.kind);
  return (
    <>
      {issuer && (
        <Field label={issuer.label} hint={issuer.hint} error={faults("issuer")}>
          {(ids) => (
            <Input
              {...ids}
              value={draft.issuer}
              placeholder={issuer.placeholder}
              inputMode="url"
              spellCheck={false}
              autoCapitalize="none"
              onChange={({ target }) => onChange({ issuer: target.value })}
              className="font-mono md:text-12!"
            />
          )}
        </Field>
      )}
      <Field label="Client ID" error={faults("client_id")}>
        {(ids) => (
          <Input
            {...ids}
            value={draft.clientId}
            spellCheck={false}
            autoComplete="off"
            maxLength={500}
            onChange={({ target }) => onChange({ clientId: target.value })}
            className="font-mono md:text-12!"
          />
        )}
      </Field>
      <SecretField
        label="Client secret"
        value={draft.secret}
        hint="Empty for a public client."
        error={faults("client_secret")}
        onChange={(secret) => onChange({ secret })}
      />
    </>
  );
}
