import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client";
import { Button, buttonClass } from "@/ui/button";
import { ErrorNote } from "@/ui/notes";
import { letterToken } from "./back";
import { faultOf, faultOfAll, useEnter } from "./entering";
import { Frame, LINK } from "./frame";
import { PasswordField } from "./password_input";
import { SignIn } from "./sign_in";

/** Where the letter of a forgotten password leads. */
export function ResetPage() {
  const [token] = useState(letterToken);
  const enter = useEnter(undefined);
  const reset = useMutation({
    mutationFn: (password: string) => api.put("/password-reset", { token, password }),
  });
  const { error } = reset;
  if (reset.isSuccess)
    return (
      <Frame title="Sign in">
        <p role="status" className="mb-5 flex gap-2 text-ok">
          <CircleCheck size={16} aria-hidden className="mt-0.5 shrink-0" />
          Your password is changed, and you are signed out everywhere. Sign in with the new one.
        </p>
        <SignIn onDone={enter} />
      </Frame>
    );
  if (!token) return <NoToken />;
  const rest = faultOfAll(error, ["password"]);
  return (
    <Frame title="Choose a new password" lead="You are signed out everywhere else by it.">
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          reset.mutate(String(new FormData(event.currentTarget).get("new-password")));
        }}
      >
        <PasswordField
          label="New password"
          autoComplete="new-password"
          autoFocus
          hint="At least 10 characters; a few words in a row are good."
          error={faultOf(error, "password")}
        />
        {rest && <ErrorNote title="Not changed" error={rest} action={<AnotherLetter />} />}
        <Button type="submit" tone="primary" className="self-end" isBusy={reset.isPending}>
          Change the password
        </Button>
      </form>
    </Frame>
  );
}

function AnotherLetter() {
  return (
    <Link to="/forgotten" className={buttonClass("default", "sm")}>
      Ask for another letter
    </Link>
  );
}

function NoToken() {
  return (
    <Frame title="This link is incomplete">
      <p className="text-ink-2">
        Open the whole link of the letter, or{" "}
        <Link to="/forgotten" className={LINK}>
          ask for another letter
        </Link>
        .
      </p>
    </Frame>
  );
}
