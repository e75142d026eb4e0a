/** Signing in, from the first proof to the last; what comes after is `onDone`'s. */
import { useMutation, useSuspenseQuery } from "@tanstack/react-query";
import { Fingerprint, Link2 } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client";
import type { Me } from "@/api/types";
import { Button, buttonClass } from "@/ui/button";
import { ErrorNote } from "@/ui/notes";
import { type HalfWay, optionsQuery, type SignedIn } from "./entering";
import { LinkForm } from "./link_form";
import { hasPasskeys, PasskeyLeft, showPasskey } from "./passkey";
import { PasswordForm } from "./password_form";
import { providersOf } from "./providers";
import { SecondStep } from "./second_step";
import { SetUpStep } from "./set_up_step";

interface Props {
  onDone: (me: Me) => void;
  /** The first half was done already, elsewhere. */
  half?: HalfWay | null;
  /** Who it was before; only they may go on. */
  email?: string | null;
  /** Where somebody who comes back from a provider wants to go. */
  back?: string | undefined;
}

export function SignIn({ onDone, half: given = null, email, back }: Props) {
  const [half, setHalf] = useState(given);
  const take = (said: SignedIn) => (said.me ? onDone(said.me) : setHalf(said as HalfWay));
  if (half?.status === "mfa_needed")
    return <SecondStep methods={half.methods} onDone={take} onBack={() => setHalf(null)} />;
  if (half?.status === "mfa_set_up_needed") return <SetUpStep onDone={onDone} />;
  return <FirstStep onSaid={take} onDone={onDone} email={email} back={back} />;
}

interface FirstProps {
  onSaid: (said: SignedIn) => void;
  onDone: (me: Me) => void;
  email: string | null | undefined;
  back: string | undefined;
}

function FirstStep({ onSaid, onDone, email, back }: FirstProps) {
  const { data } = useSuspenseQuery(optionsQuery);
  const [isByLink, setByLink] = useState(!data.password);
  const passkey = usePasskeySignIn(onSaid);
  const providers = providersOf(data.providers, back);
  const offersPasskeys = data.passkeys && hasPasskeys();
  return (
    <div className="flex flex-col gap-4">
      {data.password && !isByLink && <PasswordForm email={email} onSaid={onSaid} />}
      {isByLink && <LinkForm onDone={onDone} />}
      <Or />
      <div className="flex flex-col gap-2">
        {passkey.error && !(passkey.error instanceof PasskeyLeft) && (
          <ErrorNote title="Not signed in" error={passkey.error} />
        )}
        {offersPasskeys && (
          <Button icon={Fingerprint} isBusy={passkey.isPending} onClick={() => passkey.mutate()}>
            Sign in with a passkey
          </Button>
        )}
        {providers.map(({ name, href }) => (
          <a key={href} href={href} className={buttonClass()}>
            Sign in with {name}
          </a>
        ))}
        {data.password && (
          <Button icon={isByLink ? undefined : Link2} onClick={() => setByLink(!isByLink)}>
            {isByLink ? "Use e-mail and password" : "Use a sign-in link or code"}
          </Button>
        )}
      </div>
    </div>
  );
}

function usePasskeySignIn(onSaid: (said: SignedIn) => void) {
  return useMutation({
    mutationFn: async () =>
      api.post<SignedIn>("/session/passkey", await showPasskey("/session/passkey/options")),
    onSuccess: onSaid,
  });
}

function Or() {
  return (
    <div aria-hidden className="flex items-center gap-3 text-12 text-ink-3">
      <span className="h-px grow bg-line" />
      or
      <span className="h-px grow bg-line" />
    </div>
  );
}
