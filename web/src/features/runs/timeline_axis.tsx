import { clsx } from "clsx";
import { type PointerEvent, useRef, useState } from "react";
import { duration } from "@/lib/format";
import { type Scale, type Tick, type View, zoom } from "./scale";
import { percent } from "./timeline_bar";

interface Props {
  scale: Scale;
  view: View;
  ticks: Tick[];
  onView: (view: View) => void;
}

/** The ruler. Dragging over it zooms to what was dragged over. */
export function TimelineAxis({ scale, view, ticks, onView }: Props) {
  const { drag, handlers } = useDrag(view, onView);
  return (
    <div
      className="relative h-7 cursor-crosshair touch-none select-none"
      title="Drag to zoom"
      {...handlers}
    >
      {labelled(ticks, foldShares(scale, view)).map((tick) => (
        <span
          key={tick.share}
          style={{ left: percent(tick.share) }}
          className={clsx(
            "tabular absolute top-1.5 text-11 whitespace-nowrap text-ink-3",
            tick.share > NEAR_END ? "-translate-x-full pr-1" : "pl-1",
          )}
        >
          {tickText(tick)}
        </span>
      ))}
      {scale.folds.map((fold, at) => {
        const share = foldShares(scale, view)[at] ?? -1;
        if (share < 0 || share > 1) return null;
        return (
          <span
            key={fold.start}
            style={{ left: percent(share) }}
            title={`${duration(fold.end - fold.start)} of waiting, folded`}
            className="absolute top-1.5 -translate-x-1/2 rounded-sm bg-surface px-1 text-11 whitespace-nowrap text-warn"
          >
            ⋯ {duration(fold.end - fold.start)} ⋯
          </span>
        );
      })}
      {drag && (
        <span
          className="absolute inset-y-0 bg-accent-soft opacity-70"
          style={{ left: percent(drag.from), width: percent(drag.to - drag.from) }}
        />
      )}
    </div>
  );
}

/** From here on a label stands before its line, where it has room. */
const NEAR_END = 0.9;
const ROOM = 0.24;

function labelled(ticks: readonly Tick[], folds: readonly number[]): Tick[] {
  const free = ticks.filter(
    ({ share }) => share <= NEAR_END && folds.every((fold) => Math.abs(fold - share - 0.04) > 0.13),
  );
  const last = ticks.at(-1);
  const hasRoom = last !== undefined && last.share - (free.at(-1)?.share ?? 0) >= ROOM;
  return last !== undefined && last.share > NEAR_END && hasRoom ? [...free, last] : free;
}

/** The middle of each fold in the view: there stands how long it is, and no tick. */
function foldShares(scale: Scale, view: View): number[] {
  return scale.folds.map((fold) => {
    const middle = (scale.toShare(fold.start) + scale.toShare(fold.end)) / 2;
    return (middle - view.from) / (view.to - view.from);
  });
}

function tickText({ seconds, isAfterFold }: Tick): string {
  if (isAfterFold)
    return seconds === 0 ? "" : `+${tickText({ seconds, isAfterFold: false, share: 0 })}`;
  if (seconds === 0) return "0";
  if (seconds < 1) return `${Number((seconds * 1000).toFixed(1))} ms`;
  if (seconds < 60) return `${Number(seconds.toFixed(2))} s`;
  return duration(seconds).replace(/ 0 (s|min|h)$/, "");
}

/** Less than this is a click, not a drag. */
const LEAST_SHARE = 0.01;

function useDrag(view: View, onView: (view: View) => void) {
  const start = useRef<number | null>(null);
  const [drag, setDrag] = useState<View | null>(null);
  const shareOf = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };
  const handlers = {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      start.current = shareOf(event);
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      if (start.current === null) return;
      const here = shareOf(event);
      setDrag({ from: Math.min(start.current, here), to: Math.max(start.current, here) });
    },
    onPointerUp: () => {
      start.current = null;
      setDrag(null);
      if (drag === null || drag.to - drag.from < LEAST_SHARE) return;
      const width = view.to - view.from;
      onView(zoom({ from: view.from + drag.from * width, to: view.from + drag.to * width }, 1));
    },
    onPointerCancel: () => {
      start.current = null;
      setDrag(null);
    },
  };
  return { drag, handlers };
}
