import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { modelsQuery, providersQuery } from "@/features/settings/queries";
import type { Reach } from "./catalog_view";

/** What the org can ask; nothing while that is not read yet. */
export function useReach(): Reach {
  const models = useQuery(modelsQuery).data;
  const providers = useQuery(providersQuery).data;
  return useMemo(
    () => ({
      names: new Set(models?.items.map(({ name }) => name)),
      providers: new Set(providers?.items.map(({ name }) => name)),
    }),
    [models, providers],
  );
}
