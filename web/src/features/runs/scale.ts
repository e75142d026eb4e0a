/**
 * The time axis: seconds to a share of the width, from 0 to 1.
 *
 * Long stretches in which nothing works (a person thinks, the run sleeps) may be folded to a
 * narrow mark, so that an approval given the next morning does not flatten the work around it.
 */
import type { TimelineRow } from "./timeline";

export interface Fold {
  start: number;
  end: number;
}

export interface Scale {
  start: number;
  end: number;
  folds: Fold[];
  toShare: (seconds: number) => number;
  toTime: (share: number) => number;
}

/** How long folded stretches seem together, and one at least, beside all that is not folded. */
const FOLDS_SHARE = 0.18;
const FOLD_SHARE = 0.04;
const FOLD_AT_LEAST_SECONDS = 2;

export function buildScale(start: number, end: number, folds: readonly Fold[] = []): Scale {
  const span = Math.max(end - start, 0.001);
  const inside = folds.filter((fold) => fold.start >= start && fold.end <= start + span);
  const folded = inside.reduce((sum, fold) => sum + (fold.end - fold.start), 0);
  const share = Math.max(FOLD_SHARE, FOLDS_SHARE / Math.max(1, inside.length));
  const width = Math.max(span - folded, 0.001) * share;
  const pieces = cut(start, start + span, inside, width);
  const total = pieces.reduce((sum, piece) => sum + piece.width, 0);
  return {
    start,
    end: start + span,
    folds: [...inside],
    toShare: (seconds) => forward(pieces, seconds) / total,
    toTime: (share) => backward(pieces, share * total),
  };
}

interface Piece {
  start: number;
  end: number;
  width: number;
}

function cut(start: number, end: number, folds: readonly Fold[], width: number): Piece[] {
  const pieces: Piece[] = [];
  let at = start;
  for (const fold of [...folds].sort((a, b) => a.start - b.start)) {
    if (fold.start > at) pieces.push({ start: at, end: fold.start, width: fold.start - at });
    pieces.push({ start: fold.start, end: fold.end, width });
    at = fold.end;
  }
  if (end > at || pieces.length === 0) pieces.push({ start: at, end, width: end - at });
  return pieces;
}

function forward(pieces: readonly Piece[], seconds: number): number {
  let sum = 0;
  for (const piece of pieces) {
    if (seconds >= piece.end) {
      sum += piece.width;
      continue;
    }
    const part = (seconds - piece.start) / (piece.end - piece.start);
    return sum + piece.width * Math.max(0, part);
  }
  return sum;
}

function backward(pieces: readonly Piece[], position: number): number {
  let left = position;
  for (const piece of pieces) {
    if (left <= piece.width) {
      return piece.start + (piece.end - piece.start) * Math.max(0, left / piece.width);
    }
    left -= piece.width;
  }
  return pieces.at(-1)?.end ?? 0;
}

/** Stretches in which only waits and sleeps are open, worth folding beside the work done. */
export function idleStretches(
  rows: readonly TimelineRow[],
  start: number,
  end: number,
  nowSeconds: number,
): Fold[] {
  const busy = rows
    .filter((row) => !isIdle(row))
    .flatMap((row) => row.attempts.map((a) => ({ start: a.start, end: a.end ?? nowSeconds })))
    .sort((a, b) => a.start - b.start);
  const gaps: Fold[] = [];
  let at = start;
  let worked = 0;
  for (const { start: from, end: to } of [...busy, { start: end, end }]) {
    if (from > at) gaps.push({ start: at, end: Math.min(from, end) });
    worked += Math.max(0, to - Math.max(from, at));
    at = Math.max(at, to);
  }
  const least = Math.max(FOLD_AT_LEAST_SECONDS, worked * 0.5);
  return gaps.filter((gap) => gap.end - gap.start > least).map((gap) => inset(gap, worked));
}

/** A little of the waiting stays in scale on both sides: its bar is seen to begin and to end. */
function inset(gap: Fold, worked: number): Fold {
  const edge = Math.min(0.25, worked * 0.06, (gap.end - gap.start) * 0.02);
  return { start: gap.start + edge, end: gap.end - edge };
}

function isIdle(row: TimelineRow): boolean {
  return row.kind === "approval" || row.kind === "wait" || row.kind === "sleep";
}

export interface Tick {
  share: number;
  /** Since the start, or since the end of the fold before it. */
  seconds: number;
  isAfterFold: boolean;
}

const STEPS_SECONDS = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600,
  1800, 3600, 7200, 21_600, 43_200, 86_400, 172_800, 604_800,
];

/** Round moments at least `apart` (a share of the view) from each other; none inside a fold. */
export function ticks(scale: Scale, from: number, to: number, apart: number): Tick[] {
  const view = Math.max(to - from, 1e-9);
  const folded = scale.folds.reduce((sum, f) => sum + (f.end - f.start), 0);
  const linear = Math.max(scale.end - scale.start - folded, 0.001);
  const step = STEPS_SECONDS.find((s) => s / linear / view >= apart) ?? 604_800;
  const found: Tick[] = [];
  for (const piece of openPieces(scale)) {
    const first = Math.max(0, Math.ceil((scale.toTime(from) - piece.start) / step - 1e-9));
    const last = Math.floor((Math.min(piece.end, scale.toTime(to)) - piece.start) / step + 1e-9);
    for (let n = first; n <= last; n++) {
      const seconds = Number((n * step).toPrecision(12)) + 0;
      const share = (scale.toShare(piece.start + seconds) - from) / view;
      const before = found.at(-1);
      if (before !== undefined && share - before.share < apart * 0.9) continue;
      found.push({ share, seconds, isAfterFold: piece.start > scale.start });
    }
  }
  return found;
}

/** The stretches between the folds. */
function openPieces(scale: Scale): Fold[] {
  const pieces: Fold[] = [];
  let at = scale.start;
  for (const fold of [...scale.folds].sort((a, b) => a.start - b.start)) {
    pieces.push({ start: at, end: fold.start });
    at = fold.end;
  }
  return [...pieces, { start: at, end: scale.end }];
}

export interface View {
  from: number;
  to: number;
}

export const WHOLE: View = { from: 0, to: 1 };

/** Nearer (factor below 1) or farther, keeping what is at `anchor` (0 to 1 of the view) there. */
export function zoom(view: View, factor: number, anchor = 0.5): View {
  const width = Math.min(1, Math.max(0.0005, (view.to - view.from) * factor));
  const fixed = view.from + (view.to - view.from) * anchor;
  return clamp({ from: fixed - width * anchor, to: fixed + width * (1 - anchor) });
}

export function pan(view: View, by: number): View {
  const shift = by * (view.to - view.from);
  return clamp({ from: view.from + shift, to: view.to + shift });
}

function clamp(view: View): View {
  const width = Math.min(1, view.to - view.from);
  const from = Math.min(Math.max(0, view.from), 1 - width);
  return { from, to: from + width };
}
