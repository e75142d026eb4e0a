import { useQuery } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { may } from "@/api/me";
import { servicesQuery } from "@/features/access/queries";
import { faultOf, faultOfAll } from "@/features/signin/entering";
import { Button } from "@/ui/button";
import { Field, Input, Select } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { checkKey, EMPTY, type KeyDraft, LIVES, readKey } from "./draft";
import { FreshKey } from "./fresh_key";
import { NarrowFields } from "./narrow_fields";
import { useCreateKey } from "./queries";

const FIELDS = ["name", "rate_per_minute", "models", "expires_at"];

interface Props {
  /** The service account that it is for; else one chooses. */
  account?: string;
}

/** A name is enough; everything else narrows the key down. */
export function KeyForm({ account }: Props) {
  const [draft, setDraft] = useState<KeyDraft>({ ...EMPTY, account: account ?? "" });
  const [isTried, setTried] = useState(false);
  const create = useCreateKey();
  const wrong = checkKey(draft);
  const change = (changes: Partial<KeyDraft>) => setDraft({ ...draft, ...changes });
  const faults = (field: string) =>
    faultOf(create.error, field) ?? (isTried ? wrong[field] : null) ?? null;
  const rest = faultOfAll(create.error, FIELDS);
  const send = () => {
    setTried(true);
    if (Object.keys(wrong).length > 0) return;
    create.mutate(readKey(draft, Date.now() / 1000), {
      onSuccess: () => {
        setTried(false);
        setDraft({ ...EMPTY, account: account ?? "" });
      },
    });
  };
  return (
    <>
      <form
        aria-label="New key"
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <div className="flex flex-wrap items-start gap-3">
          <Field label="What is it for?" className="min-w-56 grow" error={faults("name")}>
            {(ids) => (
              <Input
                {...ids}
                value={draft.name}
                placeholder="nightly import"
                maxLength={100}
                onChange={({ target }) => change({ name: target.value })}
              />
            )}
          </Field>
          {account === undefined && (
            <OwnerField value={draft.account} onChange={(value) => change({ account: value })} />
          )}
          <Field label="Expires" error={faultOf(create.error, "expires_at")}>
            {(ids) => (
              <Select
                {...ids}
                value={draft.expires}
                onChange={({ target }) => change({ expires: target.value })}
              >
                {LIVES.map(({ id, label }) => (
                  <option key={id} value={id}>
                    {id === "" ? label : `After ${label.toLowerCase()}`}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </div>
        <NarrowFields draft={draft} onChange={change} faults={faults} />
        {rest && <ErrorNote title="No key was made" error={rest} />}
        <Button
          type="submit"
          tone="primary"
          icon={KeyRound}
          className="self-start"
          isBusy={create.isPending}
          disabled={draft.name.trim() === ""}
        >
          Create a key
        </Button>
      </form>
      {create.data && <FreshKey apiKey={create.data} />}
    </>
  );
}

function OwnerField({ value, onChange }: { value: string; onChange: (id: string) => void }) {
  const mayOthers = may("keys:write") && may("service-accounts:read");
  const accounts = useQuery({ ...servicesQuery, enabled: mayOthers }).data ?? [];
  if (accounts.length === 0) return null;
  return (
    <Field label="Acts for">
      {(ids) => (
        <Select {...ids} value={value} onChange={({ target }) => onChange(target.value)}>
          <option value="">Me</option>
          <optgroup label="Service accounts">
            {accounts.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </optgroup>
        </Select>
      )}
    </Field>
  );
}
