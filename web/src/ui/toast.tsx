import { clsx } from "clsx";
import { CircleAlert, X } from "lucide-react";
import { useSyncExternalStore } from "react";
import { Button, IconButton } from "./button";

interface Toast {
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

function dismiss(id: number): void {
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

export function Toasts() {
  const toasts = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown,
  );
  return (
    <section
      aria-label="Notifications"
      aria-live="polite"
      className="pointer-events-none fixed bottom-4 left-1/2 z-60 flex w-max max-w-[calc(100vw-32px)] -translate-x-1/2 flex-col items-center gap-2 max-md:bottom-18"
    >
      {toasts.map(({ id, text, isError, onUndo }) => (
        <div
          key={id}
          className="slide-up pointer-events-auto flex max-w-full items-center gap-2 rounded-lg bg-raised py-1.5 pr-1.5 pl-3 shadow-float"
        >
          {isError && <CircleAlert size={14} aria-hidden className="shrink-0 text-bad" />}
          <span className={clsx("min-w-0 break-words", isError && "text-bad")}>{text}</span>
          {onUndo && (
            <Button
              size="sm"
              tone="quiet"
              className="text-accent-text!"
              onClick={() => {
                dismiss(id);
                onUndo();
              }}
            >
              Undo
            </Button>
          )}
          <IconButton icon={X} label="Dismiss" side="top" onClick={() => dismiss(id)} />
        </div>
      ))}
    </section>
  );
}
