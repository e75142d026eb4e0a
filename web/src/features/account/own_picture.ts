/** The person's own picture, wherever it is shown. Its address stays the same, so it has a version. */
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { api, apiUrl } from "@/api/client";
import { keepMe, meQuery, useMe } from "@/api/me";
import { accountQuery } from "./queries";

let version = Date.now();
const watchers = new Set<() => void>();

function subscribe(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** Where it is; null: there is none. */
export function useOwnPicture(): string | null {
  const { has_avatar } = useMe().user;
  const shown = useSyncExternalStore(subscribe, () => version);
  return has_avatar ? apiUrl("/account/avatar", { v: shown }) : null;
}

export function useChangePicture() {
  const queries = useQueryClient();
  return {
    send: async (picture: Blob) => {
      const form = new FormData();
      form.append("file", picture, "picture");
      await api.put("/account/avatar", form);
      tell(queries, true);
    },
    remove: async () => {
      await api.delete("/account/avatar");
      tell(queries, false);
    },
  };
}

function tell(queries: QueryClient, has_avatar: boolean): void {
  version = Date.now();
  for (const watcher of watchers) watcher();
  queries.setQueryData(accountQuery.queryKey, (known) => known && { ...known, has_avatar });
  queries.setQueryData(
    meQuery.queryKey,
    (me) => me && keepMe({ ...me, user: { ...me.user, has_avatar } }),
  );
  void queries.invalidateQueries({ queryKey: ["members"] });
}
