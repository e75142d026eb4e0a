/** A pane that stays at its end while it grows, until the person scrolls away. */
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";

const NEAR_PX = 48;
/** A scroll counts as the person's for this long after their input. */
const INPUT_MS = 700;
const SCROLL_KEYS = new Set(["PageUp", "PageDown", "Home", "End", "ArrowUp", "ArrowDown", " "]);

interface Stick {
  isAtEnd: boolean;
  toEnd: () => void;
}

export function useStick(
  box: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
): Stick {
  const isStuck = useRef(true);
  const [isAtEnd, setAtEnd] = useState(true);

  const toEnd = useCallback(() => {
    isStuck.current = true;
    setAtEnd(true);
    const pane = box.current;
    if (pane) pane.scrollTop = pane.scrollHeight;
  }, [box]);

  useEffect(() => {
    const pane = box.current;
    const inner = content.current;
    if (!pane || !inner) return;
    let inputAt = 0;
    const touched = () => {
      inputAt = performance.now();
    };
    const pressed = (event: KeyboardEvent) => SCROLL_KEYS.has(event.key) && touched();
    const scrolled = () => {
      // What layout does to the scroll position (a picture loads, the window turns) never lets go.
      if (performance.now() - inputAt > INPUT_MS) return;
      isStuck.current = pane.scrollHeight - pane.scrollTop - pane.clientHeight < NEAR_PX;
      setAtEnd(isStuck.current);
    };
    const follow = () => {
      if (isStuck.current) pane.scrollTop = pane.scrollHeight;
    };
    const watcher = new ResizeObserver(follow);
    watcher.observe(inner);
    watcher.observe(pane);
    pane.addEventListener("wheel", touched, { passive: true });
    pane.addEventListener("touchmove", touched, { passive: true });
    pane.addEventListener("pointerdown", touched);
    pane.addEventListener("keydown", pressed);
    pane.addEventListener("scroll", scrolled, { passive: true });
    follow();
    return () => {
      watcher.disconnect();
      pane.removeEventListener("wheel", touched);
      pane.removeEventListener("touchmove", touched);
      pane.removeEventListener("pointerdown", touched);
      pane.removeEventListener("keydown", pressed);
      pane.removeEventListener("scroll", scrolled);
    };
  }, [box, content]);

  return { isAtEnd, toEnd };
}
