import { useMutation, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "@/api/client";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { faultOf, faultOfAll, optionsQuery } from "./entering";
import { Frame, LINK } from "./frame";
import { LetterSent } from "./letter_sent";
import { PasswordField } from "./password_input";

interface Account {
  name: string;
  email: string;
  password: string;
}

export function RegisterPage() {
  const { data } = useSuspenseQuery(optionsQuery);
  const register = useMutation({
    mutationFn: (account: Account) => api.post("/registration", account),
  });
  const { error } = register;
  if (data.registration !== "open") return <Closed />;
  if (register.isSuccess)
    return <LetterSent to={register.variables.email} onAgain={register.reset} />;
  const rest = faultOfAll(error, ["name", "email", "password"]);
  return (
    <Frame title="Register" lead={`At ${data.org}.`} footer={<HaveOne />}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          const text = (name: string) => String(form.get(name));
          register.mutate({
            name: text("name").trim(),
            email: text("username").trim(),
            password: text("new-password"),
          });
        }}
      >
        <Field label="Name" error={faultOf(error, "name")}>
          {(ids) => <Input {...ids} name="name" autoComplete="name" autoFocus required />}
        </Field>
        <Field label="E-mail" error={faultOf(error, "email")}>
          {(ids) => (
            <Input
              {...ids}
              name="username"
              type="email"
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              required
            />
          )}
        </Field>
        <PasswordField
          label="Password"
          autoComplete="new-password"
          hint="At least 10 characters; a few words in a row are good."
          error={faultOf(error, "password")}
        />
        {rest && <ErrorNote title="Not registered" error={rest} />}
        <Button type="submit" tone="primary" className="self-end" isBusy={register.isPending}>
          Register
        </Button>
      </form>
    </Frame>
  );
}

function Closed() {
  return (
    <Frame title="Registration is closed" footer={<HaveOne />}>
      <p className="text-ink-2">
        Nobody registers here by themselves. Ask somebody who is in for an invitation: it comes by
        mail.
      </p>
    </Frame>
  );
}

function HaveOne() {
  return (
    <p>
      Have an account?{" "}
      <Link to="/signin" className={LINK}>
        Sign in
      </Link>
    </p>
  );
}
