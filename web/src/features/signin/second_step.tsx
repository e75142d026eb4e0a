/** The second factor: what the app shows, a recovery code, or a passkey. */
import { useMutation } from "@tanstack/react-query";
import { ArrowLeft, Fingerprint } from "lucide-react";
import { useState } from "react";
import { api, Problem } from "@/api/client";
import { Button } from "@/ui/button";
import { ErrorNote } from "@/ui/notes";
import { CodeForm } from "./code_form";
import type { SignedIn } from "./entering";
import { hasPasskeys, PasskeyLeft, showPasskey } from "./passkey";

interface Props {
  /** Of "totp", "recovery", "passkey". */
  methods: readonly string[];
  onDone: (said: SignedIn) => void;
  onBack: () => void;
}

export function SecondStep({ methods, onDone, onBack }: Props) {
  const [isRecovering, setRecovering] = useState(!methods.includes("totp"));
  const code = useMutation({
    mutationFn: (code: string) => api.post<SignedIn>("/session/mfa", { code }),
    onSuccess: onDone,
  });
  const passkey = useMutation({
    mutationFn: async () =>
      api.post<SignedIn>("/session/mfa", { passkey: await showPasskey("/session/mfa/passkey") }),
    onSuccess: onDone,
  });
  const asksPasskey = methods.includes("passkey") && hasPasskeys();
  const left = passkey.error instanceof PasskeyLeft ? null : passkey.error;
  const isOver = [code.error, left].some((each) => each instanceof Problem && each.status === 401);
  return (
    <div className="flex flex-col gap-4">
      {asksPasskey && (
        <Button
          tone={methods.includes("totp") ? "default" : "primary"}
          icon={Fingerprint}
          isBusy={passkey.isPending}
          onClick={() => passkey.mutate()}
        >
          Use a passkey
        </Button>
      )}
      {left && <ErrorNote title="The passkey did not work" error={left} />}
      {(methods.includes("totp") || methods.includes("recovery")) && (
        <CodeForm
          key={isRecovering ? "recovery" : "totp"}
          isRecovery={isRecovering}
          error={code.error}
          isBusy={code.isPending}
          onCode={code.mutate}
          label="Go on"
        />
      )}
      <div className="flex items-center justify-between gap-2">
        <Button tone="quiet" size="sm" icon={ArrowLeft} onClick={onBack} className="-ml-2">
          {isOver ? "Begin again" : "Back"}
        </Button>
        {methods.includes("recovery") && methods.includes("totp") && (
          <Button tone="quiet" size="sm" onClick={() => setRecovering(!isRecovering)}>
            {isRecovering ? "Use the app's code" : "Use a recovery code"}
          </Button>
        )}
      </div>
    </div>
  );
}
