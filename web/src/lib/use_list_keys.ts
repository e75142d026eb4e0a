import { useShortcuts } from "./shortcuts";

interface ListKeys {
  count: number;
  /** -1: nothing is chosen yet. */
  index: number;
  onMove: (index: number) => void;
  onOpen?: (index: number) => void;
  onLeave?: () => void;
  /** The heading in the list of all shortcuts. */
  group?: string;
  isOn?: boolean;
}

/** J and K move, Enter opens, Esc leaves. */
export function useListKeys({
  count,
  index,
  onMove,
  onOpen,
  onLeave,
  group = "Lists",
  isOn = true,
}: ListKeys): void {
  const to = (next: number) => {
    if (count > 0) onMove(Math.min(count - 1, Math.max(0, next)));
  };
  useShortcuts(
    [
      { keys: "j", label: "Next", group, run: () => to(index + 1) },
      { keys: "k", label: "Previous", group, run: () => to(index - 1) },
      ...(onOpen
        ? [{ keys: "Enter", label: "Open", group, run: () => index >= 0 && onOpen(index) }]
        : []),
      ...(onLeave ? [{ keys: "Escape", label: "Leave", group, run: onLeave }] : []),
    ],
    isOn,
  );
}
