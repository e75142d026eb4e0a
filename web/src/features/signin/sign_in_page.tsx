import { useMutation, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "@/api/client";
import { Button } from "@/ui/button";
import { ErrorNote, Spinner } from "@/ui/notes";
import { letterToken } from "./back";
import { productName } from "./brand";
import { optionsQuery, signInWithLink, useEnter } from "./entering";
import { Frame, LINK } from "./frame";
import { halfOf } from "./providers";
import { SignIn } from "./sign_in";

export function SignInPage() {
  const { token: asked, back, mfa, methods, refused } = useSearch({ from: "/signin" });
  const [token] = useState(() => asked ?? letterToken());
  const { data } = useSuspenseQuery(optionsQuery);
  const enter = useEnter(back);
  const byLink = useMutation({ mutationFn: signInWithLink, onSuccess: enter });
  const { mutate, error, reset } = byLink;
  useEffect(() => {
    if (token) mutate(token);
  }, [token, mutate]);
  const title = `Sign in to ${productName(data.branding)}`;
  if (token && !error && !byLink.isIdle)
    return (
      <Frame title={title}>
        <Spinner label="Signing in" className="justify-start px-0" />
      </Frame>
    );
  return (
    <Frame title={title} footer={<Elsewhere registration={data.registration} />}>
      {error && (
        <ErrorNote
          title="The link did not work"
          error={error}
          className="mb-4"
          action={
            <Button size="sm" onClick={reset}>
              Dismiss
            </Button>
          }
        />
      )}
      {refused && <Refused code={refused} />}
      <SignIn onDone={enter} back={back} half={halfOf(mfa, methods)} />
    </Frame>
  );
}

/** A provider's sign-in that was not to be. The address has a code only: words come from the server. */
function Refused({ code }: { code: string }) {
  const { data } = useQuery({
    queryKey: ["session", "refusal", code],
    queryFn: ({ signal }) => api.get<{ detail: string }>("/session/sso/refusal", { code }, signal),
  });
  if (!data) return null;
  return <ErrorNote title="Not signed in" error={data} className="mb-4" />;
}

function Elsewhere({ registration }: { registration: string }) {
  if (registration !== "open")
    return <p>No account? Ask somebody who is in for an invitation: it comes by mail.</p>;
  return (
    <p>
      No account?{" "}
      <Link to="/register" className={LINK}>
        Register
      </Link>
    </p>
  );
}
