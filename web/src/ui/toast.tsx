/** Toasts: what happened, said once. `ui/layers` shows them. */

export interface Toast {
  id: number;
  text: string;
  isError: boolean;
  onUndo: (() => void) | undefined;
}

interface Options {
  isError?: boolean;
  onUndo?: () => void;
  seconds?: number;
}

let shown: Toast[] = [];
let next = 1;
const listeners = new Set<() => void>();

function show(toasts: Toast[]): void {
  shown = toasts;
  for (const listener of listeners) listener();
}

export function dismiss(id: number): void {
  show(shown.filter((each) => each.id !== id));
}

/** Say that something happened; with `onUndo`, offer the way back. Returns how to take it away. */
export function toast(
  text: string,
  { isError = false, onUndo, seconds = 6 }: Options = {},
): () => void {
  const id = next++;
  show([...shown.slice(-2), { id, text, isError, onUndo }]);
  const timer = setTimeout(() => dismiss(id), seconds * 1000);
  return () => {
    clearTimeout(timer);
    dismiss(id);
  };
}

/** For `useSyncExternalStore`. */
export const toasts = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  read: () => shown,
};
