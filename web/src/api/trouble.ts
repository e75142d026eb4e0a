/** Whether this page has lost its server: every page says so, streams find out. */
import { useSyncExternalStore } from "react";

/** The streams that are down just now. */
export const trouble = (() => {
  const down = new Set<AbortSignal>();
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  return {
    add: (signal: AbortSignal) => {
      down.add(signal);
      tell();
    },
    delete: (signal: AbortSignal) => {
      if (down.delete(signal)) tell();
    },
    isAny: () => down.size > 0,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
})();

/** Whether any stream of this page has lost its server. */
export function useIsReconnecting(): boolean {
  return useSyncExternalStore(trouble.subscribe, trouble.isAny, () => false);
}
