import { Pencil } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client";
import { ago, exactMoment } from "@/lib/format";
import { Button, IconButton } from "@/ui/button";
import { Input } from "@/ui/field";
import { toast } from "@/ui/toast";
import { AskedButton } from "./asked_button";
import { Fault } from "./fault";
import { useProved } from "./proof";
import { type Passkey, useOwnChange } from "./queries";

export function PasskeyRow({ passkey }: { passkey: Passkey }) {
  const [isRenaming, setRenaming] = useState(false);
  const proved = useProved();
  const path = `/account/mfa/passkeys/${passkey.id}`;
  const rename = useOwnChange(
    (name: string) => proved(() => api.patch(path, { name })),
    () => setRenaming(false),
  );
  const remove = useOwnChange(
    (_: undefined) => proved(() => api.delete(path)),
    () => toast(`“${passkey.name}” is removed: it opens nothing any more.`),
  );
  return (
    <li className="flex min-h-11 flex-wrap items-center gap-x-4 gap-y-1 border-b border-line py-1.5">
      {isRenaming ? (
        <form
          className="flex min-w-60 grow items-center gap-1.5"
          onSubmit={(event) => {
            event.preventDefault();
            rename.mutate(String(new FormData(event.currentTarget).get("name")).trim());
          }}
          onKeyDown={({ key }) => key === "Escape" && setRenaming(false)}
        >
          <Input
            name="name"
            aria-label="Name of the passkey"
            defaultValue={passkey.name}
            maxLength={100}
            required
            autoFocus
          />
          <Button type="submit" size="sm" isBusy={rename.isPending}>
            Save
          </Button>
        </form>
      ) : (
        <span className="flex min-w-40 grow items-center gap-1">
          <span className="min-w-0 truncate font-medium">{passkey.name}</span>
          <IconButton
            icon={Pencil}
            label={`Rename ${passkey.name}`}
            onClick={() => setRenaming(true)}
          />
        </span>
      )}
      <span className="text-12 text-ink-3" title={exactMoment(passkey.created_at)}>
        made {ago(passkey.created_at)}
      </span>
      <span className="text-12 text-ink-3">
        {passkey.last_used_at === null ? "never used" : `used ${ago(passkey.last_used_at)}`}
      </span>
      <AskedButton
        label="Remove"
        name={`Remove ${passkey.name}`}
        answer="Remove it for good"
        isBusy={remove.isPending}
        onYes={() => remove.mutate(undefined)}
      />
      <Fault error={rename.error ?? remove.error} />
    </li>
  );
}
