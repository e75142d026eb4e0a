import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { keepRegion } from "@/lib/region";
import { api, keepCsrf, renewBefore, signedOut } from "./client";
import type { Me } from "./types";

/** Who is signed in, and what this server has. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  staleTime: 60_000,
  queryFn: async ({ signal }) => {
    const me = await api.get<Me>("/me", undefined, signal);
    isSame(me);
    return me;
  },
});

export function useMe(): Me {
  return useSuspenseQuery(meQuery).data;
}

let granted: readonly string[] = [];
let person: string | null = null;

/** Take `me` over if it is who is here already; a page of somebody else begins anew. */
export function isSame(me: Me): boolean {
  const isIt = person === null || person === me.user.id;
  if (!isIt) globalThis.location.reload();
  keepMe(me);
  return isIt;
}

/** Take over what the page has to know of whoever is signed in. */
export function keepMe(me: Me): Me {
  keepCsrf(me.csrf);
  keepRegion(me.preferences);
  person = me.user.id;
  granted = me.permissions;
  signedOut.write(false);
  if (me.session) renewBefore(me.session.expires_at);
  return me;
}

/** Whether the person may do this somewhere: what they may not do is not offered. */
export function may(permission: string): boolean {
  return granted.some((pattern) => covers(pattern, permission));
}

/** In a pattern `*` stands for anything: "runs:*", "*". */
export function covers(pattern: string, permission: string): boolean {
  if (!pattern.includes("*")) return pattern === permission;
  const escaped = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${escaped.join(".*")}$`, "s").test(permission);
}
