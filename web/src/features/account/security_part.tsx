import { useQuery } from "@tanstack/react-query";
import { Section } from "@/features/settings/section";
import { ErrorNote, Spinner } from "@/ui/notes";
import { Badge } from "@/ui/status";
import { AppPart } from "./app_part";
import { PasskeysPart } from "./passkeys_part";
import { PasswordPart } from "./password_part";
import { accountQuery, mfaQuery } from "./queries";
import { RecoveryPart } from "./recovery_part";

export default function SecurityPart() {
  const account = useQuery(accountQuery);
  const mfa = useQuery(mfaQuery);
  const error = account.error ?? mfa.error;
  if (error && !(account.data && mfa.data))
    return <ErrorNote title="The page could not be read" error={error} className="m-4" />;
  if (!account.data || !mfa.data) return <Spinner label="Reading the page" />;
  const isOn = mfa.data.totp || mfa.data.passkeys.length > 0;
  return (
    <>
      <Section
        title="Password"
        hint={
          account.data.has_password
            ? "Changing it signs you out everywhere else."
            : "You have none yet: you come in by a printed link. With one, you sign in anywhere."
        }
      >
        <PasswordPart hasPassword={account.data.has_password} email={account.data.email} />
      </Section>
      <Section
        title="Authenticator app"
        hint="A second factor: after the password, a code that your phone shows."
        action={
          <Badge tone={mfa.data.totp ? "ok" : "neutral"}>{mfa.data.totp ? "On" : "Off"}</Badge>
        }
      >
        {mfa.data.is_required && !isOn && (
          <p className="mb-3 text-warn">Your organisation asks everybody for a second factor.</p>
        )}
        <AppPart isOn={mfa.data.totp} />
      </Section>
      <Section
        title="Passkeys"
        hint="Sign in with this device's lock, a phone or a security key: no password, and nothing to be phished."
      >
        <PasskeysPart passkeys={mfa.data.passkeys} />
      </Section>
      {isOn && (
        <Section
          title="Recovery codes"
          hint="For the day on which the phone is lost. Each works once."
        >
          <RecoveryPart left={mfa.data.recovery_codes_left} />
        </Section>
      )}
    </>
  );
}
