import { clsx } from "clsx";
import { ArrowDownToLine, ArrowUpToLine, Equal, type LucideIcon } from "lucide-react";
import { count } from "@/lib/format";
import type { DryRun } from "./queries";
import { type Turn, tally } from "./tally";

const TURNS: { turn: Turn; word: string; icon: LucideIcon; bar: string; ink: string }[] = [
  { turn: "stricter", word: "Stricter", icon: ArrowUpToLine, bar: "bg-bad", ink: "text-bad" },
  { turn: "looser", word: "Looser", icon: ArrowDownToLine, bar: "bg-warn", ink: "text-warn" },
  { turn: "kept", word: "Kept", icon: Equal, bar: "bg-line-strong", ink: "text-ink-2" },
];

interface Props {
  run: DryRun;
  turn: Turn | null;
  onTurn: (turn: Turn | null) => void;
}

/** One bar for all decisions, and the same in numbers; a number narrows the table. */
export function DryRunPicture({ run, turn: chosen, onTurn }: Props) {
  const found = tally(run);
  const words = TURNS.map(({ turn, word }) => `${word.toLowerCase()} ${found[turn]}`).join(", ");
  return (
    <div role="status">
      <p className="mb-2 font-medium">{headline(found, run.looked_at)}</p>
      <div
        role="img"
        aria-label={words}
        className="flex h-3 gap-px overflow-hidden rounded-sm bg-sunken"
      >
        {TURNS.map(
          ({ turn, bar }) =>
            found[turn] > 0 && (
              <span key={turn} className={clsx(bar, "min-w-1")} style={{ flexGrow: found[turn] }} />
            ),
        )}
      </div>
      <div className="mt-2 flex flex-wrap gap-x-2 gap-y-1">
        {TURNS.map(({ turn, word, icon: Icon, ink }) => (
          <button
            key={turn}
            type="button"
            disabled={turn === "kept" || found[turn] === 0}
            aria-pressed={chosen === turn}
            onClick={() => onTurn(chosen === turn ? null : turn)}
            className={clsx(
              "inline-flex h-7 items-center gap-1.5 rounded-md px-2 max-md:h-9",
              chosen === turn ? "bg-active" : "enabled:hover:bg-hover",
            )}
          >
            <Icon size={14} aria-hidden className={ink} />
            <span className={ink}>{word}</span>
            <span className="tabular">{count(found[turn])}</span>
          </button>
        ))}
      </div>
    </div>
  );
}

function headline({ stricter, looser }: Record<Turn, number>, looked: number): string {
  if (stricter + looser === 0) return `All ${count(looked)} would be decided as they were.`;
  const parts = [
    stricter > 0 && `${count(stricter)} stricter`,
    looser > 0 && `${count(looser)} looser`,
  ];
  return `Of ${count(looked, "decision")}, ${parts.filter(Boolean).join(" and ")}.`;
}
