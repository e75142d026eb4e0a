import { clsx } from "clsx";
import { ChevronRight } from "lucide-react";
import { duration, money } from "@/lib/format";
import { Badge } from "@/ui/status";
import { type Difference, isChange, type Pair, seconds } from "./compare";
import { DiffView } from "./diff_view";
import { asData, asText, canonical } from "./json";
import { KINDS } from "./look";
import type { TimelineRow } from "./timeline";
import { percent } from "./timeline_bar";
import { RowIcon, shortName } from "./timeline_row";

interface Props {
  pair: Pair;
  runs: [string, string];
  longest: number;
  isOpen: boolean;
  onToggle: () => void;
}

export function ComparePair({ pair, longest, isOpen, onToggle }: Props) {
  return (
    <li className={clsx("border-b border-line", isOpen && "bg-canvas")}>
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={onToggle}
        className="grid w-full grid-cols-2 divide-x divide-line text-left outline-offset-[-2px] hover:bg-hover"
      >
        <Half row={pair.left} pair={pair} longest={longest} isOpen={isOpen} isLeft />
        <Half row={pair.right} pair={pair} longest={longest} isOpen={isOpen} />
      </button>
      {isOpen && <Differences pair={pair} />}
    </li>
  );
}

interface HalfProps {
  row: TimelineRow | null;
  pair: Pair;
  longest: number;
  isOpen: boolean;
  isLeft?: boolean;
}

function Half({ row, pair, longest, isOpen, isLeft = false }: HalfProps) {
  if (row === null) {
    return (
      <span className="flex min-h-8 items-center bg-hover px-4 text-12 text-ink-3">
        not in this run
      </span>
    );
  }
  const time = seconds(row);
  const isPlain = !isChange(pair);
  return (
    <span className="flex min-h-8 min-w-0 flex-wrap items-center gap-x-2 px-3 py-1 md:px-4">
      <span
        className={clsx("flex min-w-0 items-center gap-1.5", isPlain && "opacity-70")}
        style={{ paddingLeft: pair.depth * 14 }}
      >
        {isLeft && (
          <ChevronRight
            size={12}
            aria-hidden
            className={clsx("shrink-0 text-ink-3 transition-transform", isOpen && "rotate-90")}
          />
        )}
        <RowIcon row={row} />
        <span className="truncate font-mono text-12">{shortName(row)}</span>
      </span>
      {!isLeft &&
        pair.differences
          .filter((difference) => difference !== "time")
          .map((difference) => (
            <Badge key={difference} tone={difference === "status" ? "bad" : "accent"}>
              {WORDS[difference]}
            </Badge>
          ))}
      {!isLeft && pair.left === null && <Badge tone="accent">only here</Badge>}
      {isLeft && pair.right === null && <Badge tone="accent">only here</Badge>}
      <span className="tabular ml-auto flex shrink-0 items-center gap-2 text-11 text-ink-3">
        {row.costUsd !== null && (
          <span className={clsx(pair.differences.includes("cost") && "text-accent-text")}>
            {money(row.costUsd)}
          </span>
        )}
        {time !== null && (
          <>
            <span className={clsx("h-1.5 w-16 max-md:hidden", KINDS[row.kind].color)} aria-hidden>
              <span
                className="block h-full min-w-0.5 rounded-sm bg-current opacity-70"
                style={{ width: percent(time / longest) }}
              />
            </span>
            <span
              className={clsx(
                "w-14 text-right",
                pair.differences.includes("time") && "text-accent-text",
              )}
            >
              {duration(time)}
            </span>
          </>
        )}
      </span>
    </span>
  );
}

const WORDS: Record<Difference, string> = {
  input: "input",
  output: "output",
  status: "status",
  cost: "cost",
  time: "time",
};

function Differences({ pair }: { pair: Pair }) {
  const { left, right } = pair;
  if (left === null || right === null) {
    return <p className="px-4 pb-3 text-ink-2">Only one of the two runs came to this step.</p>;
  }
  const isSame = !pair.differences.includes("input") && !pair.differences.includes("output");
  return (
    <div className="flex flex-col gap-3 px-4 pb-4">
      {isSame && <p className="text-ink-2">The same input, the same output.</p>}
      {pair.differences.includes("input") && (
        <DiffView label="Input" before={words(left.input)} after={words(right.input)} />
      )}
      {pair.differences.includes("output") && (
        <DiffView label="Output" before={words(left.output)} after={words(right.output)} />
      )}
      {pair.differences.includes("status") && (
        <p className="text-ink-2">
          Left: {left.status}. Right: {right.status}.
        </p>
      )}
    </div>
  );
}

/** A text is compared as text; anything else as JSON in one order of names. */
function words(value: unknown): string {
  const data = asData(value);
  const text = asText(data["text"]) || asText(asData(data["message"])["text"]);
  return text === "" ? canonical(value) : text;
}
