import { Smartphone } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client";
import type { components } from "@/api/schema";
import { AppKey, type TotpStart } from "@/features/signin/app_key";
import { CodeForm } from "@/features/signin/code_form";
import { RecoveryCodes } from "@/features/signin/recovery_codes";
import { Button } from "@/ui/button";
import { toast } from "@/ui/toast";
import { AskedButton } from "./asked_button";
import { Fault } from "./fault";
import { useProved } from "./proof";
import { useOwnChange } from "./queries";

type Codes = components["schemas"]["RecoveryCodes"];

export function AppPart({ isOn }: { isOn: boolean }) {
  const [setup, setSetup] = useState<TotpStart | null>(null);
  const [codes, setCodes] = useState<readonly string[]>([]);
  const proved = useProved();
  const start = useOwnChange(
    (_: undefined) => proved(() => api.post<TotpStart>("/account/mfa/totp")),
    setSetup,
  );
  const remove = useOwnChange(
    (_: undefined) => proved(() => api.delete("/account/mfa/totp")),
    () => toast("The app is removed: its codes count no more."),
  );
  const confirm = useOwnChange(
    (code: string) => proved(() => api.put<Codes>("/account/mfa/totp", { code })),
    ({ recovery_codes }) => {
      setSetup(null);
      setCodes(recovery_codes);
      if (recovery_codes.length === 0) toast("The app is set up.");
    },
  );
  if (codes.length > 0)
    return (
      <div className="max-w-120">
        <RecoveryCodes codes={codes} onKept={() => setCodes([])} />
      </div>
    );
  if (setup)
    return (
      <div className="flex max-w-120 flex-col gap-4">
        <AppKey setup={setup} />
        <CodeForm
          error={confirm.error}
          isBusy={confirm.isPending}
          onCode={confirm.mutate}
          label="Confirm"
          onCancel={() => setSetup(null)}
        />
      </div>
    );
  return (
    <div className="flex flex-col items-start gap-3">
      {isOn ? (
        <AskedButton
          label="Remove the app"
          answer="Remove it for good"
          isBusy={remove.isPending}
          onYes={() => remove.mutate(undefined)}
        />
      ) : (
        <Button icon={Smartphone} isBusy={start.isPending} onClick={() => start.mutate(undefined)}>
          Set up an app
        </Button>
      )}
      <Fault error={start.error ?? remove.error} />
    </div>
  );
}
