import { useSuspenseQuery } from "@tanstack/react-query";
import { Fingerprint } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client";
import type { components } from "@/api/schema";
import { optionsQuery } from "@/features/signin/entering";
import { hasPasskeys, makePasskey } from "@/features/signin/passkey";
import { RecoveryCodes } from "@/features/signin/recovery_codes";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { toast } from "@/ui/toast";
import { deviceName } from "./device_name";
import { Fault } from "./fault";
import { PasskeyRow } from "./passkey_row";
import { useProved } from "./proof";
import { type Passkey, useOwnChange } from "./queries";

type Codes = components["schemas"]["RecoveryCodes"];

export function PasskeysPart({ passkeys }: { passkeys: Passkey[] }) {
  const { data: options } = useSuspenseQuery(optionsQuery);
  const [isOpen, setOpen] = useState(false);
  const [codes, setCodes] = useState<readonly string[]>([]);
  const canMake = options.passkeys && hasPasskeys();
  return (
    <div className="flex max-w-160 flex-col gap-4">
      {passkeys.length > 0 && (
        <ul aria-label="Passkeys" className="border-t border-line">
          {passkeys.map((passkey) => (
            <PasskeyRow key={passkey.id} passkey={passkey} />
          ))}
        </ul>
      )}
      {codes.length > 0 && <RecoveryCodes codes={codes} onKept={() => setCodes([])} />}
      {isOpen && (
        <NewPasskey
          onMade={(made) => {
            setOpen(false);
            setCodes(made.recovery_codes);
            toast("The passkey is added.");
          }}
          onLeave={() => setOpen(false)}
        />
      )}
      {canMake && !isOpen && (
        <Button icon={Fingerprint} className="self-start" onClick={() => setOpen(true)}>
          Add a passkey
        </Button>
      )}
      {!canMake && (
        <p className="text-ink-2">
          {options.passkeys
            ? "This browser makes none here: it needs https, or this machine's own name."
            : "Browsers make passkeys for names only: open this page by a name, as http://localhost, not by a number."}
        </p>
      )}
    </div>
  );
}

interface NewProps {
  onMade: (codes: Codes) => void;
  onLeave: () => void;
}

function NewPasskey({ onMade, onLeave }: NewProps) {
  const proved = useProved();
  const make = useOwnChange(async (name: string) => {
    // Proved first: the browser lets a passkey be made only shortly after a press.
    const answer = await proved(() => makePasskey("/account/mfa/passkeys/options"));
    return api.post<Codes>("/account/mfa/passkeys", { ...answer, name });
  }, onMade);
  return (
    <form
      className="flex max-w-120 flex-wrap items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate(String(new FormData(event.currentTarget).get("name")).trim());
      }}
    >
      <Field label="What is it on?" className="min-w-48 grow">
        {(ids) => (
          <Input
            {...ids}
            name="name"
            defaultValue={deviceName(navigator.userAgent)}
            maxLength={100}
            required
            autoFocus
            onFocus={({ target }) => target.select()}
          />
        )}
      </Field>
      <Button type="submit" tone="primary" isBusy={make.isPending}>
        Go on
      </Button>
      <Button tone="quiet" onClick={onLeave}>
        Cancel
      </Button>
      <Fault error={make.error} title="The passkey was not added" />
    </form>
  );
}
