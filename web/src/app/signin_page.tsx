import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useCallback, useEffect, useState } from "react";
import { api, keepCsrf, type Problem } from "@/api/client";
import type { Me } from "@/api/types";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { Mark } from "@/ui/mark";
import { Spinner } from "@/ui/notes";

/** A link works once, so two effects of one visit must share one attempt. */
const attempts = new Map<string, Promise<Me>>();

function signIn(token: string): Promise<Me> {
  const attempt = attempts.get(token) ?? api.post<Me>("/session", { token });
  attempts.set(token, attempt);
  attempt.catch(() => attempts.delete(token));
  return attempt;
}

export function SignInPage() {
  const { token = "" } = useSearch({ from: "/signin" });
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(token !== "");

  const enter = useCallback(
    async (given: string) => {
      setBusy(true);
      setError(null);
      try {
        const me = await signIn(given);
        keepCsrf(me.csrf);
        queries.setQueryData(["me"], me);
        await navigate({ to: "/", replace: true });
      } catch (problem) {
        setError((problem as Problem).message);
        setBusy(false);
      }
    },
    [navigate, queries],
  );

  useEffect(() => {
    if (token) void enter(token);
  }, [token, enter]);

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const given = String(new FormData(event.currentTarget).get("link") ?? "").trim();
    const inLink = /[?&#]token=([^&\s]+)/.exec(given)?.[1];
    if (given) void enter(inLink ? decodeURIComponent(inLink) : given);
  }

  return (
    <main className="grid min-h-dvh place-items-center bg-canvas p-6">
      <div className="w-full max-w-90">
        <Mark size={36} />
        <h1 className="mt-5 text-20 font-semibold tracking-[-0.01em]">Sign in to cadre</h1>
        {isBusy ? (
          <Spinner label="Signing in" className="justify-start px-0" />
        ) : (
          <form onSubmit={submit} className="mt-1 flex flex-col gap-4">
            <p className="text-ink-2">
              Paste the sign-in link. <code className="text-12">cadre up</code> prints one when it
              starts, <code className="text-12">cadre sign-in</code> prints another; each works
              once.
            </p>
            <Field label="Link or code" error={error}>
              {(ids) => (
                <Input name="link" autoComplete="off" spellCheck={false} required {...ids} />
              )}
            </Field>
            <Button type="submit" tone="primary">
              Sign in
            </Button>
          </form>
        )}
      </div>
    </main>
  );
}
