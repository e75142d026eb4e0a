import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { api, keepCsrf } from "./client";
import type { Me } from "./types";

/** Who is signed in, and what this server has. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  staleTime: 60_000,
  queryFn: async ({ signal }) => {
    const me = await api.get<Me>("/me", undefined, signal);
    keepCsrf(me.csrf);
    return me;
  },
});

export function useMe(): Me {
  return useSuspenseQuery(meQuery).data;
}
