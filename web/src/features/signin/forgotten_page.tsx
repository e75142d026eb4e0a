import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "@/api/client";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { faultOf, faultOfAll } from "./entering";
import { Frame, LINK } from "./frame";
import { LetterSent } from "./letter_sent";

export function ForgottenPage() {
  const ask = useMutation({
    mutationFn: (email: string) => api.post("/password-reset", { email }),
  });
  const { error } = ask;
  if (ask.isSuccess) return <LetterSent to={ask.variables} onAgain={ask.reset} />;
  const rest = faultOfAll(error, ["email"]);
  return (
    <Frame
      title="Choose a new password"
      lead="A letter with a link comes to your address. The link works once, within an hour."
      footer={
        <Link to="/signin" className={LINK}>
          Back to sign in
        </Link>
      }
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          ask.mutate(String(new FormData(event.currentTarget).get("username")).trim());
        }}
      >
        <Field label="E-mail" error={faultOf(error, "email")}>
          {(ids) => (
            <Input
              {...ids}
              name="username"
              type="email"
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              autoFocus
              required
            />
          )}
        </Field>
        {rest && <ErrorNote title="No letter was sent" error={rest} />}
        <Button type="submit" tone="primary" className="self-end" isBusy={ask.isPending}>
          Send the letter
        </Button>
      </form>
    </Frame>
  );
}
