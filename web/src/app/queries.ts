import { QueryClient } from "@tanstack/react-query";
import { Problem } from "@/api/client";

/** Old data stays on screen; refusals are final, a server that is away is asked again. */
export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        networkMode: "always",
        retry: (failures, error) =>
          !(error instanceof Problem && error.status < 500) && failures < 3,
        retryDelay: (failures) => Math.min(4_000, 400 * 2 ** failures),
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}
