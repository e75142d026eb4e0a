/**
 * Proving again: what changes the protection of an account wants to have seen its owner a moment
 * ago. The server says when; whatever was asked for goes on once it has been shown.
 */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Fingerprint } from "lucide-react";
import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from "react";
import { api, Problem } from "@/api/client";
import { CodeForm } from "@/features/signin/code_form";
import { faultOf, faultOfAll } from "@/features/signin/entering";
import { hasPasskeys, PasskeyLeft, showPasskey } from "@/features/signin/passkey";
import { PasswordField } from "@/features/signin/password_input";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { ErrorNote, Spinner } from "@/ui/notes";
import { signOut } from "./leaving";
import { accountQuery, mfaQuery } from "./queries";

/** The person did not want to prove it after all: nothing needs to be said. */
export class ProofLeft extends Error {}

type Proved = <T>(action: () => Promise<T>) => Promise<T>;

const Context = createContext<Proved>((action) => action());

/** Run what may need a proof: asks for it if so, and runs it again. */
export function useProved(): Proved {
  return useContext(Context);
}

interface Waiting {
  go: () => void;
  leave: () => void;
}

export function ProofProvider({ children }: { children: ReactNode }) {
  const [waiting, setWaiting] = useState<Waiting | null>(null);
  const latest = useRef(waiting);
  latest.current = waiting;
  const proved: Proved = useCallback(async (action) => {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof Problem && error.code === "proof_needed")) throw error;
    }
    latest.current?.leave();
    await new Promise<void>((go, leave) =>
      setWaiting({ go, leave: () => leave(new ProofLeft()) }),
    ).finally(() => setWaiting(null));
    return action();
  }, []);
  return (
    <Context value={proved}>
      {children}
      <Dialog
        isOpen={waiting !== null}
        onClose={() => waiting?.leave()}
        title="Is it you?"
        description="This changes what protects your account."
        className="md:w-100!"
      >
        {waiting && <Ask onProved={waiting.go} />}
      </Dialog>
    </Context>
  );
}

function Ask({ onProved }: { onProved: () => void }) {
  const account = useQuery(accountQuery);
  const mfa = useQuery(mfaQuery);
  const prove = useMutation({
    mutationFn: (proof: object) => api.post("/session/proof", proof),
    onSuccess: onProved,
  });
  const passkey = useMutation({
    mutationFn: async () =>
      api.post("/session/proof", { passkey: await showPasskey("/session/proof/passkey") }),
    onSuccess: onProved,
  });
  if (account.error ?? mfa.error) return <ErrorNote error={account.error ?? mfa.error} />;
  if (!account.data || !mfa.data) return <Spinner />;
  const { totp, passkeys, recovery_codes_left } = mfa.data;
  const asksPasskey = passkeys.length > 0 && hasPasskeys();
  const asksCode = totp || (passkeys.length > 0 && recovery_codes_left > 0);
  if (!asksCode && passkeys.length === 0 && !account.data.has_password) return <NoProof />;
  const left = passkey.error instanceof PasskeyLeft ? null : passkey.error;
  return (
    <div className="flex flex-col gap-4">
      {asksPasskey && (
        <Button icon={Fingerprint} isBusy={passkey.isPending} onClick={() => passkey.mutate()}>
          Use a passkey
        </Button>
      )}
      {left && <ErrorNote title="The passkey did not work" error={left} />}
      {asksCode && (
        <CodeForm
          isRecovery={!totp}
          error={prove.error}
          isBusy={prove.isPending}
          onCode={(code) => prove.mutate({ code })}
          label="Go on"
        />
      )}
      {!asksCode && passkeys.length === 0 && (
        <form
          className="flex flex-col gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            const password = String(new FormData(event.currentTarget).get("password"));
            prove.mutate({ password });
          }}
        >
          <input type="hidden" autoComplete="username" value={account.data.email ?? ""} readOnly />
          <PasswordField
            label="Your password"
            autoComplete="current-password"
            autoFocus
            error={faultOf(prove.error, "password")}
          />
          {faultOfAll(prove.error, ["password"]) && <ErrorNote error={prove.error} />}
          <Button type="submit" tone="primary" className="self-end" isBusy={prove.isPending}>
            Go on
          </Button>
        </form>
      )}
    </div>
  );
}

/** Whoever came by a printed link has nothing else to show: the way in is the proof. */
function NoProof() {
  return (
    <div>
      <p className="text-ink-2">
        You signed in with a link some time ago, and there is no password yet that could be asked
        for. Sign in again with a new link (<code>cadre sign-in</code> prints one), then go on
        within ten minutes.
      </p>
      <Button className="mt-3" onClick={() => void signOut()}>
        Sign out
      </Button>
    </div>
  );
}
