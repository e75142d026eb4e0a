/** Sign-in by somebody else: the organisation's identity providers. */
import type { HalfWay } from "./entering";

interface Provider {
  name: string;
  href: string;
}

/** `start` is where the browser goes to; a path of this server only: what else is said leads nowhere. */
export function providersOf(
  said: readonly Record<string, string>[],
  back: string | undefined,
): Provider[] {
  return said.flatMap(({ id, name, start }) => {
    if (!start?.startsWith("/") || start.startsWith("//")) return [];
    const asked = back ? `?${new URLSearchParams({ back })}` : "";
    return [{ name: name ?? id ?? "a provider", href: start + asked }];
  });
}

/** What a provider's sign-in still needs, as the address says that it leads back to. */
export function halfOf(mfa: string | undefined, methods: string | undefined): HalfWay | null {
  if (mfa !== "show" && mfa !== "set_up") return null;
  const status = mfa === "show" ? "mfa_needed" : "mfa_set_up_needed";
  return { status, methods: methods?.split(",") ?? [], recovery_codes: [] };
}
