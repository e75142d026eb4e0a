/** How models and their providers do, read again while somebody looks. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { HealthHistory, HealthReport, ProbeResult } from "./types";

const AGAIN_MS = 10_000;
const pathOf = (name: string) =>
  `/models/health/${name.split("/").map(encodeURIComponent).join("/")}`;

/** A hidden tab asks nobody. */
export const healthQuery = queryOptions({
  queryKey: ["models", "health"],
  refetchInterval: AGAIN_MS,
  queryFn: ({ signal }) => api.get<HealthReport>("/models/health", undefined, signal),
});

export type Period = "day" | "week" | "month";

export const historyQuery = (name: string, period: Period) =>
  queryOptions({
    queryKey: ["models", "health", name, period],
    refetchInterval: AGAIN_MS,
    queryFn: ({ signal }) => api.get<HealthHistory>(`${pathOf(name)}/history`, { period }, signal),
    placeholderData: (old) => old,
  });

export function useProbe() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => api.post<ProbeResult>(`${pathOf(name)}/probe`),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ["models", "health"] });
    },
  });
}
