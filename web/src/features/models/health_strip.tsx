import { clsx } from "clsx";
import { type KeyboardEvent, useState } from "react";
import { count, moment } from "@/lib/format";
import { type Cell, measureWords, percent, stepTo } from "./health";
import { standingWord } from "./marks";
import type { Standing } from "./types";

/** Height tells it too: a colour alone is not for everybody. */
const LOOKS: Record<Standing, { look: string; height: string }> = {
  ok: { look: "bg-ok", height: "100%" },
  degraded: { look: "bg-warn", height: "66%" },
  down: { look: "bg-bad", height: "50%" },
  unknown: { look: "bg-line-strong", height: "16%" },
};

interface Props {
  label: string;
  cells: readonly Cell[];
  className?: string;
}

/**
 * Time from left to right, one bar a stretch. Pointed at, or walked through by the arrow keys,
 * a bar says what it stands for in the line below.
 */
export function HealthStrip({ label, cells, className }: Props) {
  const [chosen, setChosen] = useState<number | null>(null);
  const last = cells.length - 1;
  const at = Math.min(chosen ?? last, last);
  const cell = cells[at];
  const first = cells[0];
  if (cell === undefined || first === undefined) return null;
  const walk = (event: KeyboardEvent) => {
    const to = stepTo(event.key, at, cells.length);
    if (to === null) return;
    event.preventDefault();
    setChosen(to);
  };
  return (
    <div className={clsx("min-w-0", className)}>
      <div
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={at}
        aria-valuetext={cellWords(cell)}
        onKeyDown={walk}
        onPointerLeave={() => setChosen(null)}
        onBlur={() => setChosen(null)}
        className="flex h-6 items-end gap-px rounded-sm"
      >
        {cells.map((each, index) => (
          <span
            key={each.at}
            onPointerEnter={() => setChosen(index)}
            onPointerDown={() => setChosen(index)}
            className={clsx(
              "flex h-full min-w-0 flex-1 items-end rounded-sm",
              index === chosen && "bg-active",
            )}
          >
            <span
              className={clsx("w-full rounded-sm", LOOKS[each.state].look)}
              style={{ height: LOOKS[each.state].height }}
            />
          </span>
        ))}
      </div>
      <p aria-hidden className="flex h-4 min-w-0 justify-between gap-2 text-11 text-ink-3">
        {chosen === null ? (
          <>
            <span className="truncate">{beginWords(cells)}</span>
            <span className="truncate">now</span>
          </>
        ) : (
          <span className="truncate text-ink-2">{shortWords(cell)}</span>
        )}
      </p>
    </div>
  );
}

/** "24 h ago", or the day on which a longer stretch begins. */
function beginWords(cells: readonly Cell[]): string {
  const [first, second] = cells;
  if (first === undefined) return "";
  const hours = second === undefined ? 0 : ((second.at - first.at) * cells.length) / 3600;
  return hours < 26 ? `${Math.floor(hours)} h ago` : moment(first.at);
}

const when = new Intl.DateTimeFormat("en", {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

function cellWords({ at, state, bucket }: Cell): string {
  const since = when.format(at * 1000);
  return bucket === null
    ? `${since}: no calls`
    : `${since}: ${standingWord(state)}, ${measureWords(bucket)}`;
}

/** What fits below a narrow strip; the whole sentence is its value for a reader. */
function shortWords({ at, bucket }: Cell): string {
  const since = when.format(at * 1000);
  if (bucket === null || bucket.success_rate === null) return `${since}: no calls`;
  return `${since}: ${count(bucket.calls, "call")}, ${percent(bucket.success_rate)} well`;
}
