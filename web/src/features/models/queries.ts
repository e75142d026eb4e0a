/** Cards of models: what the org can name, what it says of them, what they cost elsewhere. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Page } from "@/api/types";
import type {
  CacheReport,
  CardInput,
  CatalogItem,
  Matrix,
  PriceCheck,
  Recommendation,
} from "./types";

const pathOf = (name: string) =>
  `/models/catalog/${name.split("/").map(encodeURIComponent).join("/")}`;

/** All of them, hidden ones too: what is shown of them is chosen in the page. */
export const catalogQuery = queryOptions({
  queryKey: ["models", "catalog"],
  queryFn: ({ signal }) => api.get<Page<CatalogItem>>("/models/catalog", { hidden: true }, signal),
});

/** Also for a name without a card: a provider may have a model that nobody described. */
export const cardQuery = (name: string) =>
  queryOptions({
    queryKey: ["models", "card", name],
    queryFn: ({ signal }) => api.get<CatalogItem>(pathOf(name), undefined, signal),
  });

export const matrixQuery = (retired: boolean) =>
  queryOptions({
    queryKey: ["models", "matrix", retired],
    queryFn: ({ signal }) => api.get<Matrix>("/models/catalog/matrix", { retired }, signal),
    placeholderData: (old) => old,
  });

/** Slow, and the same all day but for what the org changes. */
export const priceCheckQuery = queryOptions({
  queryKey: ["models", "check"],
  staleTime: 60_000,
  queryFn: ({ signal }) => api.get<PriceCheck>("/models/check", undefined, signal),
});

export const cacheQuery = queryOptions({
  queryKey: ["models", "cache"],
  refetchInterval: 10_000,
  queryFn: ({ signal }) => api.get<CacheReport>("/models/cache", undefined, signal),
});

export function useChange<Input, Output>(change: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    // Not awaited: what is read again may draw a form anew, and its own news would be lost.
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["models"] });
    },
  });
}

export const putCard = (name: string, card: CardInput) => api.put<CatalogItem>(pathOf(name), card);

export const hideModel = (name: string, hidden: boolean) =>
  api.post<CatalogItem>(`${pathOf(name)}/hide`, { hidden });

export const deleteCard = (name: string) => api.delete(pathOf(name));

export const adoptPrices = (models: string[]) =>
  api.post<Page<CatalogItem>>("/models/catalog/refresh", { models });

export const clearCache = () => api.delete("/models/cache");

export const askRecommendation = (task: string) =>
  api.post<Recommendation>("/models/recommend", { task, limit: 8 });
