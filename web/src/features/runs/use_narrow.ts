import { useSyncExternalStore } from "react";

const query = () => globalThis.matchMedia?.("(max-width: 767px)");

/** One pane at a time: a phone. */
export function useIsNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = query();
      media?.addEventListener("change", listener);
      return () => media?.removeEventListener("change", listener);
    },
    () => query()?.matches ?? false,
  );
}
