/** What floats above every page: toasts and tooltips. Loaded once the page stands. */
import { clsx } from "clsx";
import { CircleAlert, X } from "lucide-react";
import { useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";
import { Button, IconButton } from "./button";
import { Kbd } from "./kbd";
import { dismiss, toasts } from "./toast";
import type { TipSide } from "./tooltip";

export default function Layers() {
  return (
    <>
      <Toasts />
      <Tooltips />
    </>
  );
}

function Toasts() {
  const shown = useSyncExternalStore(toasts.subscribe, toasts.read);
  return (
    <section
      aria-label="Notifications"
      aria-live="polite"
      className="pointer-events-none fixed bottom-4 left-1/2 z-60 flex w-max max-w-[calc(100vw-32px)] -translate-x-1/2 flex-col items-center gap-2 max-md:bottom-18"
    >
      {shown.map(({ id, text, isError, onUndo }) => (
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

interface Shown {
  target: HTMLElement;
  text: string;
  keys: string | undefined;
}

const WAIT_MS = 450;
/** Moving on to a neighbour shows its tip at once. */
const WARM_MS = 300;
const GAP = 6;

function Tooltips() {
  const [shown, setShown] = useState<Shown | null>(null);
  useEffect(() => listen(setShown), []);
  if (!shown) return null;
  return <Bubble key={shown.text} {...shown} />;
}

function Bubble({ target, text, keys }: Shown) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (box.current) place(box.current, target);
  }, [target]);
  return (
    <div
      ref={box}
      aria-hidden
      className="appear pointer-events-none fixed top-0 left-0 z-60 flex max-w-72 items-center gap-2 rounded-md bg-raised px-2 py-1 text-12 text-ink shadow-float"
    >
      {text}
      {keys?.split(" ").map((part) => (
        <Kbd key={part} keys={part} />
      ))}
    </div>
  );
}

function place(box: HTMLElement, target: HTMLElement): void {
  const at = target.getBoundingClientRect();
  const { width, height } = box.getBoundingClientRect();
  const wanted = (target.dataset["tipSide"] ?? "bottom") as TipSide;
  const hasRoom = {
    top: at.top > height + 12,
    bottom: innerHeight - at.bottom > height + 12,
    left: true,
    right: true,
  };
  const other = wanted === "top" ? "bottom" : "top";
  const side = hasRoom[wanted] ? wanted : other;
  const middle = { x: at.left + (at.width - width) / 2, y: at.top + (at.height - height) / 2 };
  const x = side === "left" ? at.left - width - GAP : side === "right" ? at.right + GAP : middle.x;
  const y = side === "top" ? at.top - height - GAP : side === "bottom" ? at.bottom + GAP : middle.y;
  const inside = (value: number, size: number, limit: number) =>
    Math.max(8, Math.min(value, limit - size - 8));
  box.style.translate = `${inside(x, width, innerWidth)}px ${inside(y, height, innerHeight)}px`;
}

function listen(show: (shown: Shown | null) => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  let current: HTMLElement | null = null;
  let leftAt = 0;

  const hide = () => {
    clearTimeout(timer);
    if (current) leftAt = performance.now();
    current = null;
    show(null);
  };
  const point = (event: Event) => {
    const target =
      event.target instanceof Element ? event.target.closest<HTMLElement>("[data-tip]") : null;
    if (target === current) return;
    const isWarm = performance.now() - leftAt < WARM_MS || current !== null;
    hide();
    if (!target || (event.type === "focusin" && !target.matches(":focus-visible"))) return;
    current = target;
    const { tip: text = "", tipKeys: keys } = target.dataset;
    timer = setTimeout(
      () => target.isConnected && show({ target, text, keys }),
      isWarm ? 60 : WAIT_MS,
    );
  };
  const onPointer = (event: PointerEvent) => event.pointerType !== "touch" && point(event);
  const listeners: [string, (event: never) => void][] = [
    ["pointerover", onPointer],
    ["focusin", point],
    ["focusout", hide],
    ["pointerdown", hide],
    ["keydown", hide],
    ["wheel", hide],
  ];
  for (const [name, listener] of listeners) {
    document.addEventListener(name, listener as EventListener, { passive: true });
  }
  return () => {
    clearTimeout(timer);
    for (const [name, listener] of listeners) {
      document.removeEventListener(name, listener as EventListener);
    }
  };
}
