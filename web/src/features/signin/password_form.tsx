import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { Problem } from "@/api/client";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { faultOf, faultOfAll, type SignedIn, signInWithPassword } from "./entering";
import { LINK } from "./frame";
import { PasswordField } from "./password_input";

interface Props {
  /** Whose account it has to be; asked for otherwise. */
  email: string | null | undefined;
  onSaid: (said: SignedIn) => void;
}

/** Read from the form when it is sent: what a password manager filled in fires no events for us. */
export function PasswordForm({ email, onSaid }: Props) {
  const signIn = useMutation({
    mutationFn: (form: FormData) =>
      signInWithPassword(String(form.get("username")).trim(), String(form.get("password"))),
    onSuccess: onSaid,
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    signIn.mutate(new FormData(event.currentTarget));
  };
  const { error } = signIn;
  const isWrong = error instanceof Problem && error.status === 401;
  const rest = isWrong ? null : faultOfAll(error, ["email", "password"]);
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <Field label="E-mail" error={faultOf(error, "email")}>
        {(ids) => (
          <Input
            {...ids}
            name="username"
            type="email"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            defaultValue={email ?? ""}
            readOnly={Boolean(email)}
            autoFocus={!email}
            required
          />
        )}
      </Field>
      <PasswordField
        label="Password"
        autoComplete="current-password"
        autoFocus={Boolean(email)}
        error={isWrong ? error.message : faultOf(error, "password")}
      />
      {rest && <ErrorNote title="Not signed in" error={rest} />}
      <div className="mt-1 flex items-center justify-between gap-3">
        {/* Where a page waits below, it must not be left. */}
        <Link to="/forgotten" target={email ? "_blank" : undefined} className={LINK}>
          Forgotten your password?
        </Link>
        <Button type="submit" tone="primary" isBusy={signIn.isPending}>
          Sign in
        </Button>
      </div>
    </form>
  );
}
