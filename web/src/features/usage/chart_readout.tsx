import type { Metric } from "./filter";
import { type Column, sayValue } from "./spend";
import { columnTime } from "./spend_chart";

const WIDTH = 264;
const GAP = 14;

interface Props {
  column: Column;
  step: "day" | "hour";
  metric: Metric;
  label: (name: string | null) => string;
  /** The middle of the column, and the width that there is. */
  x: number;
  width: number;
}

/** What one column holds, beside it. Screen readers hear it from the chart itself. */
export function Readout({ column, step, metric, label, x, width }: Props) {
  const isRoomRight = x + GAP + WIDTH < width;
  const left = isRoomRight ? x + GAP : Math.max(8, x - GAP - WIDTH);
  return (
    <div
      aria-hidden
      className="pointer-events-none absolute top-2 z-20 rounded-lg bg-raised px-3 py-2 text-12 shadow-float"
      style={{ left, width: WIDTH }}
    >
      <p className="flex items-baseline justify-between gap-3">
        <span className="text-ink-2">{columnTime(column, step)}</span>
        <span className="tabular font-semibold">{sayValue(column.total, metric)}</span>
      </p>
      <ul className="mt-1">
        {[...column.parts].reverse().map(({ name, colour, value }) => (
          <li key={colour} className="flex h-5 items-center gap-2">
            <Swatch colour={colour} />
            <span className="min-w-0 grow truncate">{label(name)}</span>
            <span className="tabular">{sayValue(value, metric)}</span>
          </li>
        ))}
      </ul>
      {step === "day" && column.total > 0 && (
        <p className="mt-1 text-11 text-ink-3">Click to look at this time alone</p>
      )}
    </div>
  );
}

export function Swatch({ colour }: { colour: number }) {
  return (
    <span
      aria-hidden
      className="size-2.5 shrink-0 rounded-[3px]"
      style={{ background: `var(--series-${colour})` }}
    />
  );
}
