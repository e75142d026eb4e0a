import { clsx } from "clsx";
import { CircleCheck, CirclePause, type LucideIcon, OctagonX, TriangleAlert } from "lucide-react";
import { percent } from "./amounts";
import type { Window } from "./queries";

type State = Window["state"] | "paused";

const STATES: Record<State, { word: string; icon: LucideIcon; color: string; bar: string }> = {
  ok: { word: "Within", icon: CircleCheck, color: "text-ok", bar: "bg-accent" },
  warning: { word: "Near the limit", icon: TriangleAlert, color: "text-warn", bar: "bg-warn" },
  reached: { word: "Reached", icon: OctagonX, color: "text-bad", bar: "bg-bad" },
  paused: { word: "Paused", icon: CirclePause, color: "text-ink-3", bar: "bg-line-strong" },
};

export function BudgetState({ state }: { state: State }) {
  const { word, icon: Icon, color } = STATES[state];
  return (
    <span className={clsx("flex shrink-0 items-center gap-1.5 text-12", color)}>
      <Icon size={14} aria-hidden />
      {word}
    </span>
  );
}

interface Props {
  label: string;
  state: State;
  spent: number;
  reserved: number;
  limit: number;
  warnAt?: number;
  className?: string;
}

/** What is spent, then what calls under way may still cost; the mark is where it warns. */
export function BudgetBar({ label, state, spent, reserved, limit, warnAt, className }: Props) {
  const share = (value: number) => (limit > 0 ? Math.min(100, (value / limit) * 100) : 100);
  const total = limit > 0 ? (spent + reserved) / limit : 0;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(Math.min(1, total) * 100)}
      aria-valuetext={percent(total)}
      className={clsx("relative h-2 min-w-0 overflow-hidden rounded-full bg-active", className)}
    >
      <span className="absolute inset-0 flex">
        <span className={STATES[state].bar} style={{ width: `${share(spent)}%` }} />
        <span
          className={clsx(STATES[state].bar, "opacity-45")}
          style={{ width: `${Math.min(share(reserved), 100 - share(spent))}%` }}
        />
      </span>
      {warnAt !== undefined && warnAt < 1 && (
        <span className="absolute inset-y-0 w-px bg-ink-3" style={{ left: `${warnAt * 100}%` }} />
      )}
    </div>
  );
}
