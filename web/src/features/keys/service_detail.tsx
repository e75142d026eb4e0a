import { Plus } from "lucide-react";
import { useState } from "react";
import { may } from "@/api/me";
import type { ServiceAccount } from "@/features/access/queries";
import { SubjectRoles } from "@/features/access/subject_roles";
import { AskedButton } from "@/features/account/asked_button";
import { ago, exactMoment } from "@/lib/format";
import { Button } from "@/ui/button";
import { ErrorNote } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { KeyForm } from "./key_form";
import { KeyList } from "./key_list";
import { type ApiKey, useChangeAccount, useDeleteAccount } from "./queries";

interface Props {
  account: ServiceAccount;
  keys: readonly ApiKey[];
}

export function ServiceDetail({ account, keys }: Props) {
  const [isMaking, setMaking] = useState(false);
  return (
    <div className="flex flex-col gap-5 pt-2 pb-4 md:pl-6">
      <p className="text-12 text-ink-3" title={exactMoment(account.created_at)}>
        Made {ago(account.created_at)} by {account.created_by}
      </p>
      <SubjectRoles
        subject={{ kind: "service", id: account.id }}
        empty="None yet: it may do nothing until it has one."
      />
      <div>
        <h3 className="mb-1.5 text-12 font-medium text-ink-2">Keys</h3>
        {keys.length > 0 && <KeyList label={`Keys of ${account.name}`} keys={keys} />}
        {keys.length === 0 && !isMaking && <p className="text-ink-2">None yet.</p>}
        {may("keys:write") && (
          <div className="mt-2">
            {isMaking ? (
              <KeyForm account={account.id} />
            ) : (
              <Button size="sm" icon={Plus} onClick={() => setMaking(true)}>
                New key
              </Button>
            )}
          </div>
        )}
      </div>
      {may("service-accounts:write") && <AccountActions account={account} />}
    </div>
  );
}

function AccountActions({ account }: { account: ServiceAccount }) {
  const { id, name, description, disabled } = account;
  const change = useChangeAccount();
  const remove = useDeleteAccount();
  const turn = (isOff: boolean) =>
    change.mutate(
      { id, name, description, disabled: isOff },
      {
        onSuccess: () =>
          toast(isOff ? `${name} is disabled.` : `${name} works again.`, {
            onUndo: () => change.mutate({ id, name, description, disabled: !isOff }),
          }),
      },
    );
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Button size="sm" isBusy={change.isPending} onClick={() => turn(!disabled)}>
        {disabled ? "Enable" : "Disable"}
      </Button>
      <AskedButton
        label="Delete"
        name={`Delete ${name}`}
        answer="Delete it and its keys for good"
        isBusy={remove.isPending}
        onYes={() => remove.mutate(id, { onSuccess: () => toast(`${name} is deleted.`) })}
      />
      {(change.error ?? remove.error) && (
        <ErrorNote title="Not changed" error={change.error ?? remove.error} className="w-full" />
      )}
    </div>
  );
}
