import { CircleCheck, CirclePause, Pencil, PlugZap } from "lucide-react";
import { useState } from "react";
import { may } from "@/api/me";
import { AskedButton } from "@/features/account/asked_button";
import { UnfoldingRow } from "@/features/settings/unfolding_row";
import { ago, exactMoment } from "@/lib/format";
import { Button } from "@/ui/button";
import { CopyLine } from "@/ui/copy_line";
import { ErrorNote } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { CheckSteps } from "./check_steps";
import { draftOf, inputOf } from "./draft";
import { kindOf } from "./kinds";
import { ProviderForm } from "./provider_form";
import {
  type IdentityProvider,
  useDeleteProvider,
  useSaveProvider,
  useTestProvider,
} from "./queries";

export function ProviderRow({ provider }: { provider: IdentityProvider }) {
  const [isEditing, setEditing] = useState(false);
  const { name, kind, enabled } = provider;
  const { title } = kindOf(kind);
  return (
    <UnfoldingRow
      id={provider.id}
      title={
        <>
          <span className="font-medium">{name}</span>
          {title !== name && <span className="text-ink-3">{title}</span>}
          <span className="min-w-0 truncate text-ink-2">{whoWords(provider)}</span>
        </>
      }
      aside={<Enabled isOn={enabled} />}
    >
      <div className="flex flex-col gap-4 pt-1 pb-5 md:pl-6.5">
        {isEditing ? (
          <ProviderForm
            provider={provider}
            onClose={() => setEditing(false)}
            onSaved={({ name }) => {
              setEditing(false);
              toast(`${name} is saved. Test it to see that it can be signed in with.`);
            }}
          />
        ) : (
          <Detail provider={provider} onEdit={() => setEditing(true)} />
        )}
      </div>
    </UnfoldingRow>
  );
}

function Enabled({ isOn }: { isOn: boolean }) {
  const Icon = isOn ? CircleCheck : CirclePause;
  return (
    <span
      className={`inline-flex shrink-0 items-center gap-1.5 ${isOn ? "text-ok" : "text-ink-3"}`}
    >
      <Icon size={14} aria-hidden />
      {isOn ? "On" : "Off"}
    </span>
  );
}

/** "acme.example, makes accounts". */
function whoWords({ allowed_domains, creates_users }: IdentityProvider): string {
  const domains = allowed_domains.length > 0 ? allowed_domains.join(", ") : "any domain";
  return creates_users ? `${domains}, makes accounts` : domains;
}

function Detail({ provider, onEdit }: { provider: IdentityProvider; onEdit: () => void }) {
  const test = useTestProvider();
  const mayChange = may("sign-in:write");
  return (
    <>
      <Facts provider={provider} />
      {mayChange && (
        <div className="flex flex-wrap items-center gap-2">
          <Button
            size="sm"
            icon={PlugZap}
            isBusy={test.isPending}
            onClick={() => test.mutate(provider.id)}
          >
            Test
          </Button>
          <Button size="sm" icon={Pencil} onClick={onEdit}>
            Edit
          </Button>
          <Turn provider={provider} />
          <Remove provider={provider} />
        </div>
      )}
      {test.data && <CheckSteps check={test.data} provider={provider} />}
      {test.error && <ErrorNote title="Not tested" error={test.error} />}
    </>
  );
}

function Facts({ provider }: { provider: IdentityProvider }) {
  const { issuer, client_id, redirect_uri, sign_out_uri, created_at, only_this_way, group_map } =
    provider;
  return (
    <dl className="grid max-w-150 grid-cols-[auto_minmax(0,1fr)] items-center gap-x-6 gap-y-1">
      <dt className="text-ink-3">Issuer</dt>
      <dd className="break-all">{issuer}</dd>
      <dt className="text-ink-3">Client ID</dt>
      <dd>
        <code className="text-12 break-all">{client_id}</code>
      </dd>
      <dt className="text-ink-3">Redirect address</dt>
      <dd>
        <CopyLine text={redirect_uri} label="the redirect address" />
      </dd>
      {sign_out_uri && (
        <>
          <dt className="text-ink-3">After signing out</dt>
          <dd>
            <CopyLine text={sign_out_uri} label="the address after signing out" />
          </dd>
        </>
      )}
      <dt className="text-ink-3">New people</dt>
      <dd>
        {provider.creates_users ? `get the role ${provider.default_role}` : "have to be invited"}
      </dd>
      {group_map.length > 0 && (
        <>
          <dt className="text-ink-3">Groups</dt>
          <dd>{group_map.map(({ value }) => value).join(", ")}</dd>
        </>
      )}
      {only_this_way && (
        <>
          <dt className="text-ink-3">Other ways in</dt>
          <dd>none for those who came by it</dd>
        </>
      )}
      <dt className="text-ink-3">Added</dt>
      <dd title={exactMoment(created_at)}>{ago(created_at)}</dd>
    </dl>
  );
}

function Turn({ provider }: { provider: IdentityProvider }) {
  const save = useSaveProvider();
  const { id, name, enabled } = provider;
  const put = (isOn: boolean, onSuccess?: () => void) =>
    save.mutate(
      { id, ...inputOf(draftOf(provider)), enabled: isOn },
      {
        ...(onSuccess ? { onSuccess } : {}),
        onError: (error) => toast(`Not changed: ${error.message}`, { isError: true }),
      },
    );
  const turn = () =>
    put(!enabled, () =>
      toast(enabled ? `Nobody comes in by ${name} now.` : `${name} is offered again.`, {
        onUndo: () => put(enabled),
      }),
    );
  return (
    <Button size="sm" isBusy={save.isPending} onClick={turn}>
      {enabled ? "Switch off" : "Switch on"}
    </Button>
  );
}

function Remove({ provider }: { provider: IdentityProvider }) {
  const remove = useDeleteProvider();
  return (
    <>
      <AskedButton
        label="Delete"
        name={`Delete ${provider.name}`}
        answer="Delete it and its secret for good"
        isBusy={remove.isPending}
        onYes={() =>
          remove.mutate(provider.id, {
            onSuccess: () => toast(`${provider.name} is deleted. The accounts of its people stay.`),
          })
        }
      />
      {remove.error && <ErrorNote title="Not deleted" error={remove.error} className="w-full" />}
    </>
  );
}
