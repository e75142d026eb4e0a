/** Routes: virtual models by version, checked, explained and tried before they count. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Page } from "@/api/types";
import type {
  AskInput,
  CheckedRoute,
  DryRun,
  Explained,
  RouteDetail,
  RouteInfo,
  RouteVersion,
} from "./types";

const pathOf = (name: string) => `/models/routes/${encodeURIComponent(name)}`;

export const routesQuery = queryOptions({
  queryKey: ["models", "routes"],
  queryFn: ({ signal }) => api.get<Page<RouteInfo>>("/models/routes", undefined, signal),
});

export const routeQuery = (name: string) =>
  queryOptions({
    queryKey: ["models", "route", name],
    queryFn: ({ signal }) => api.get<RouteDetail>(pathOf(name), undefined, signal),
  });

export const routeVersionsQuery = (name: string) =>
  queryOptions({
    queryKey: ["models", "route_versions", name],
    queryFn: ({ signal }) =>
      api.get<Page<RouteVersion>>(`${pathOf(name)}/versions`, undefined, signal),
  });

export interface SavedRoute {
  name: string;
  yaml: string;
  /** The version that it was written from; undefined where nobody else can have changed it. */
  basedOn?: number | undefined;
}

export const putRoute = ({ name, yaml, basedOn }: SavedRoute) =>
  api.put<RouteDetail>(pathOf(name), { yaml, based_on: basedOn });

export const deleteRoute = (name: string) => api.delete(pathOf(name));

export const restoreRoute = ({ name, version }: { name: string; version: number }) =>
  api.post<RouteDetail>(`${pathOf(name)}/restore`, { version });

export const checkRoute = (yaml: string) =>
  api.post<CheckedRoute>("/models/routes/check", { yaml });

export const explainRoute = (body: { yaml: string; ask: AskInput; agent?: string }) =>
  api.post<Explained>("/models/routes/explain", body);

export const dryRunRoute = (body: { yaml: string; limit: number }) =>
  api.post<DryRun>("/models/routes/dry-run", body);
