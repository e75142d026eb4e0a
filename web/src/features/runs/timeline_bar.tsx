import { clsx } from "clsx";
import { duration } from "@/lib/format";
import type { RowBars } from "./bars";
import { KINDS } from "./look";
import type { TimelineRow } from "./timeline";

/** The bars of one row. Red is for failed only; what waits is striped, what works breathes. */
export function TimelineBar({ row, placed }: { row: TimelineRow; placed: RowBars }) {
  const last = placed.bars.at(-1);
  if (last === undefined) return null;
  const color = barColor(row);
  return (
    <div className={clsx("absolute inset-0", color)}>
      {placed.bars.map((bar, index) => (
        <div
          key={index}
          className={clsx(
            "absolute top-1/2 h-2.5 min-w-[3px] -translate-y-1/2 rounded-[3px]",
            bar.isEarlier ? "border border-current opacity-50" : barStyle(row),
          )}
          style={{
            left: percent(bar.left),
            width: percent(bar.width),
            ...(isStriped(row) && !bar.isEarlier ? STRIPES : {}),
          }}
        />
      ))}
      <Label placed={placed} row={row} />
    </div>
  );
}

function Label({ placed, row }: { placed: RowBars; row: TimelineRow }) {
  const first = placed.bars[0];
  const last = placed.bars.at(-1);
  if (first === undefined || last === undefined || placed.label === "none") return null;
  const style =
    placed.label === "right"
      ? { left: `calc(${percent(last.left + last.width)} + 6px)` }
      : placed.label === "left"
        ? { right: `calc(${percent(1 - first.left)} + 6px)` }
        : { left: `calc(${percent(first.left)} + 6px)` };
  const isInside = placed.label === "inside";
  return (
    <span
      style={style}
      className={clsx(
        "tabular pointer-events-none absolute top-1/2 -translate-y-1/2 text-11 whitespace-nowrap",
        row.status === "failed" ? "text-bad" : "text-ink-3",
        isInside && "rounded-sm bg-surface/85 px-1 text-ink!",
      )}
    >
      {duration(placed.seconds)}
    </span>
  );
}

function barColor(row: TimelineRow): string {
  if (row.status === "failed") return "text-bad";
  if (row.status === "unknown") return "text-warn";
  if (row.status === "stopped") return "text-kind-wait";
  return KINDS[row.kind].color;
}

function barStyle(row: TimelineRow): string {
  if (row.isRecorded) return "border border-current bg-current/15";
  if (row.status === "running") return "bg-current pulse-live";
  if (isStriped(row)) return "border border-current/70";
  return "bg-current";
}

/** Time in which nobody worked: a person thought, or the run slept. */
function isStriped(row: TimelineRow): boolean {
  if (row.isRecorded) return false;
  return row.status === "unknown" || ["approval", "wait", "sleep"].includes(row.kind);
}

const STRIPES = {
  backgroundImage:
    "repeating-linear-gradient(-45deg, color-mix(in oklch, currentcolor 55%, transparent) 0 3px, transparent 3px 6px)",
};

export function percent(share: number): string {
  return `${(share * 100).toFixed(3)}%`;
}
