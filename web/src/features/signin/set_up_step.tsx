/** The organisation asks for a second factor, and there is none yet: it is set up on the way in. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import type { Me } from "@/api/types";
import { ErrorNote, Spinner } from "@/ui/notes";
import { AppKey, type TotpStart } from "./app_key";
import { CodeForm } from "./code_form";
import type { SignedIn } from "./entering";
import { RecoveryCodes } from "./recovery_codes";

export function SetUpStep({ onDone }: { onDone: (me: Me) => void }) {
  const [done, setDone] = useState<SignedIn | null>(null);
  // Asked for once: another look would make another secret.
  const setup = useQuery({
    queryKey: ["session", "mfa", "app"],
    queryFn: () => api.post<TotpStart>("/session/mfa/app", {}),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  });
  const confirm = useMutation({
    mutationFn: (code: string) => api.put<SignedIn>("/session/mfa/app", { code }),
    onSuccess: setDone,
  });
  const me = done?.me;
  if (done && me) return <RecoveryCodes codes={done.recovery_codes} onKept={() => onDone(me)} />;
  if (setup.error) return <ErrorNote error={setup.error} />;
  if (!setup.data) return <Spinner label="Preparing" />;
  return (
    <div className="flex flex-col gap-4">
      <p className="text-ink-2">
        Your organisation asks for a second factor. Add this account to an authenticator app, then
        enter its first code.
      </p>
      <AppKey setup={setup.data} />
      <CodeForm
        error={confirm.error}
        isBusy={confirm.isPending}
        onCode={confirm.mutate}
        label="Confirm"
      />
    </div>
  );
}
