import { api, Problem } from "@/api/client";
import type { components } from "@/api/schema";

type SignedOut = components["schemas"]["SignedOut"];

/** Sign out, also at the provider that signed this person in. The page begins anew, so that nothing of them stays in it. */
export async function signOut(): Promise<void> {
  const left = await api.post<SignedOut>("/session/sign-out").catch((error: unknown) => {
    // Signed out already is what was wanted.
    if (!(error instanceof Problem && error.status === 401)) throw error;
    return null;
  });
  globalThis.location.assign(left?.go_to ?? "/signin");
}
