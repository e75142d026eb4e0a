/** What signing in is made of: the calls of it, and what the page knows before anybody is in. */
import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useCallback } from "react";
import { api, Problem } from "@/api/client";
import { keepMe } from "@/api/me";
import type { components } from "@/api/schema";
import type { Me } from "@/api/types";
import { useTheme } from "@/lib/theme";
import { ownPath } from "./back";

type Schemas = components["schemas"];

export type SignInOptions = Schemas["SignInOptions"];
export type SignedIn = Schemas["SignedIn"];

/** A sign-in that still needs something of the person. */
export type HalfWay = SignedIn & { status: "mfa_needed" | "mfa_set_up_needed" };

export const optionsQuery = queryOptions({
  queryKey: ["session", "options"],
  staleTime: 60_000,
  queryFn: ({ signal }) => api.get<SignInOptions>("/session/options", undefined, signal),
});

export const signInWithPassword = (email: string, password: string) =>
  api.post<SignedIn>("/session/password", { email, password });

/** A link works once, so two effects of one visit must share one attempt. */
const attempts = new Map<string, Promise<Me>>();

export function signInWithLink(token: string): Promise<Me> {
  const attempt = attempts.get(token) ?? api.post<Me>("/session", { token });
  attempts.set(token, attempt);
  attempt.catch(() => attempts.delete(token));
  return attempt;
}

/** What is wrong with one field of a form, or with none of `fields`. */
export function faultOf(error: unknown, field: string): string | null {
  return error instanceof Problem && isWithin(error.field, field) ? error.message : null;
}

/** `domains.0` is part of the field of domains. */
function isWithin(named: string | null, field: string): boolean {
  return named === field || (named?.startsWith(`${field}.`) ?? false);
}

export function faultOfAll(error: unknown, fields: readonly string[]): Error | null {
  if (!(error instanceof Error)) return null;
  const isBeside = error instanceof Problem && fields.some((field) => isWithin(error.field, field));
  return isBeside ? null : error;
}

/** Go on as `me`, to where the person wanted to go. Nothing is kept of whoever was here before. */
export function useEnter(back: string | undefined): (me: Me) => void {
  const queries = useQueryClient();
  const router = useRouter();
  const [, setTheme] = useTheme();
  return useCallback(
    (me: Me) => {
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
      queries.setQueryData(["me"], keepMe(me));
      // A choice made elsewhere comes along; one made here only stays.
      if (me.preferences.theme !== "system") setTheme(me.preferences.theme);
      router.history.replace(ownPath(back));
    },
    [queries, router, back, setTheme],
  );
}
