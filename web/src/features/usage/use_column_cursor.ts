import { type FocusEvent, type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import { CHART } from "./axis";

interface Options {
  count: number;
  /** The width of one column with its share of the space between. */
  slot: number;
  onOpen: (index: number) => void;
}

/**
 * Which column is looked at: the one under the pointer, or the one that arrow keys led to.
 * A finger has no hovering, so its first touch shows a column and the next one opens it.
 */
export function useColumnCursor({ count, slot, onOpen }: Options) {
  const [at, setAt] = useState<number | null>(null);
  const touched = useRef<number | null>(null);
  const under = (event: PointerEvent<HTMLElement>) => {
    const left = event.currentTarget.getBoundingClientRect().left + CHART.left;
    const found = Math.floor((event.clientX - left) / slot);
    return found >= 0 && found < count ? found : null;
  };
  const handlers = {
    onPointerMove: (event: PointerEvent<HTMLElement>) =>
      event.pointerType !== "touch" && setAt(under(event)),
    onPointerLeave: (event: PointerEvent<HTMLElement>) =>
      event.pointerType !== "touch" && setAt(null),
    onPointerUp: (event: PointerEvent<HTMLElement>) => {
      const found = under(event);
      const isShown = event.pointerType !== "touch" || touched.current === found;
      touched.current = found;
      setAt(found);
      if (found !== null && isShown) onOpen(found);
    },
    onFocus: ({ currentTarget }: FocusEvent<HTMLElement>) =>
      currentTarget.matches(":focus-visible") && count > 0 && setAt(at ?? count - 1),
    onBlur: () => {
      touched.current = null;
      setAt(null);
    },
    onKeyDown: (event: KeyboardEvent) => {
      if (at === null && !event.key.startsWith("Arrow")) return;
      const next = nextOf(event.key, at, count);
      if (event.key !== "Enter" && next === undefined) return;
      // The keys of the table below would take it too.
      event.preventDefault();
      if (next !== undefined) setAt(next);
      else if (at !== null) onOpen(at);
    },
  };
  return { at, handlers };
}

function nextOf(key: string, at: number | null, count: number): number | null | undefined {
  if (count === 0) return undefined;
  const from = at ?? count;
  const moves: Record<string, number | null> = {
    ArrowLeft: Math.max(0, from - 1),
    ArrowRight: Math.min(count - 1, from + 1),
    Home: 0,
    End: count - 1,
    Escape: null,
  };
  return moves[key];
}
