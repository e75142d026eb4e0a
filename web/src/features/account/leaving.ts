import { api, Problem } from "@/api/client";

/** Sign out. The page begins anew, so that nothing of this person stays in it. */
export async function signOut(): Promise<void> {
  await api.delete("/session").catch((error: unknown) => {
    // Signed out already is what was wanted.
    if (!(error instanceof Problem && error.status === 401)) throw error;
  });
  globalThis.location.assign("/signin");
}
