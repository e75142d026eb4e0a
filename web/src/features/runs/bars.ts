/** Where a row's bars are drawn in the part of the axis in view: shares of its width, 0 to 1. */
import type { Scale, View } from "./scale";
import type { TimelineRow } from "./timeline";

export interface Bar {
  left: number;
  width: number;
  /** Cut short: a later attempt at the same step counts. */
  isEarlier: boolean;
}

export interface RowBars {
  bars: Bar[];
  /** Seconds that the row took so far, or took. */
  seconds: number;
  /** Where there is room for the duration. */
  label: "right" | "left" | "inside" | "none";
}

/** `room` is what a duration needs, as a share of the axis. */
export function placeBars(
  row: TimelineRow,
  scale: Scale,
  view: View,
  nowSeconds: number,
  room = 0.14,
): RowBars {
  const width = view.to - view.from;
  const place = (seconds: number) => (scale.toShare(seconds) - view.from) / width;
  const bars: Bar[] = [];
  row.attempts.forEach((attempt, index) => {
    const left = place(attempt.start);
    const right = place(attempt.end ?? Math.max(nowSeconds, attempt.start));
    if (right < 0 || left > 1) return;
    const from = Math.max(0, left);
    const isEarlier = index < row.attempts.length - 1;
    bars.push({ left: from, width: Math.min(1, right) - from, isEarlier });
  });
  const until = row.end ?? Math.max(nowSeconds, row.start);
  return { bars, seconds: Math.max(0, until - row.start), label: labelSide(bars, room) };
}

function labelSide(bars: readonly Bar[], room: number): RowBars["label"] {
  const first = bars[0];
  const last = bars.at(-1);
  if (first === undefined || last === undefined) return "none";
  if (last.left + last.width <= 1 - room) return "right";
  if (first.left >= room) return "left";
  return "inside";
}
