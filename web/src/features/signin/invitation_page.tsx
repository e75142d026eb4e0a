import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client";
import type { components } from "@/api/schema";
import { Button, buttonClass } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { ErrorNote, Spinner } from "@/ui/notes";
import { letterToken } from "./back";
import { faultOf, faultOfAll, type HalfWay, signInWithPassword, useEnter } from "./entering";
import { Frame } from "./frame";
import { PasswordField } from "./password_input";
import { SignIn } from "./sign_in";

type Shown = components["schemas"]["InvitationShown"];

export function InvitationPage() {
  const [token] = useState(letterToken);
  const invitation = useQuery({
    queryKey: ["invitation", token],
    queryFn: () => api.post<Shown>("/registration/invitation/look", { token }),
    staleTime: Number.POSITIVE_INFINITY,
    enabled: token !== "",
  });
  const { data, error } = invitation;
  if (data) return <Accept token={token} invitation={data} />;
  return (
    <Frame title="Your invitation">
      {error && (
        <ErrorNote
          title="The invitation can't be used"
          error={error}
          action={
            <Link to="/signin" className={buttonClass("default", "sm")}>
              Sign in
            </Link>
          }
        />
      )}
      {invitation.isLoading && (
        <Spinner label="Reading the invitation" className="justify-start px-0" />
      )}
      {!token && (
        <p className="text-ink-2">The link is incomplete. Open the whole link of the letter.</p>
      )}
    </Frame>
  );
}

function Accept({ token, invitation }: { token: string; invitation: Shown }) {
  const enter = useEnter(undefined);
  const [half, setHalf] = useState<HalfWay | null>(null);
  const accept = useMutation({
    mutationFn: async ({ name, password }: { name: string; password: string }) => {
      await api.post("/registration/invitation", { token, name, password });
      return signInWithPassword(invitation.email, password);
    },
    onSuccess: (said) => (said.me ? enter(said.me) : setHalf(said as HalfWay)),
  });
  const { error } = accept;
  if (half)
    return (
      <Frame title="One more step">
        <SignIn half={half} onDone={enter} />
      </Frame>
    );
  const rest = faultOfAll(error, ["name", "password"]);
  return (
    <Frame
      title={`Welcome to ${invitation.org}`}
      lead="Say what you are called, and choose a password."
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          accept.mutate({
            name: String(form.get("name")).trim(),
            password: String(form.get("new-password")),
          });
        }}
      >
        <Field label="E-mail">
          {(ids) => (
            <Input
              {...ids}
              name="username"
              type="email"
              autoComplete="username"
              value={invitation.email}
              readOnly
              className="bg-sunken! text-ink-2!"
            />
          )}
        </Field>
        <Field label="Name" error={faultOf(error, "name")}>
          {(ids) => (
            <Input
              {...ids}
              name="name"
              autoComplete="name"
              defaultValue={invitation.name}
              autoFocus
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
        {rest && <ErrorNote title="Not accepted" error={rest} />}
        <Button type="submit" tone="primary" className="self-end" isBusy={accept.isPending}>
          Accept the invitation
        </Button>
      </form>
    </Frame>
  );
}
