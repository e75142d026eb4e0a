/** One step opened: what it gave, what it got, who allowed it, what it cost, its raw events. */
import { Link } from "@tanstack/react-router";
import { clsx } from "clsx";
import { GitFork, X } from "lucide-react";
import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import type { Run } from "@/api/types";
import { count, duration, exactMoment, money } from "@/lib/format";
import { stored } from "@/lib/stored";
import { Button, IconButton } from "@/ui/button";
import { Status } from "@/ui/status";
import { Tabs } from "@/ui/tabs";
import { ForkDialog } from "./fork_dialog";
import { RawEvent } from "./journal_view";
import { KINDS, STATUS_NAMES } from "./look";
import { StepInput } from "./step_input";
import { StepResult } from "./step_result";
import type { TimelineRow } from "./timeline";
import { shortName } from "./timeline_row";

interface Props {
  run: Run;
  row: TimelineRow;
  onClose: () => void;
}

export function StepPanel({ run, row, onClose }: Props) {
  const [isForking, setForking] = useState(false);
  const { height, resizer } = usePanelHeight();
  return (
    <section
      aria-label={`Step ${row.key}`}
      className="flex min-h-0 shrink-0 flex-col border-t border-line bg-surface max-md:fixed max-md:inset-0 max-md:z-30 max-md:h-auto!"
      style={{ height }}
    >
      <Resizer {...resizer} />
      <header className="flex h-10 shrink-0 items-center gap-2.5 pr-2 pl-4">
        <StepName row={row} />
        <Facts row={row} />
        <div className="ml-auto flex shrink-0 items-center gap-1">
          {row.firstSeq !== null && (
            <Button size="sm" icon={GitFork} onClick={() => setForking(true)}>
              Fork from here
            </Button>
          )}
          <IconButton icon={X} label="Close the step" keys="Esc" onClick={onClose} />
        </div>
      </header>
      <Tabs
        key={row.key}
        label="The step"
        className="grow"
        tabs={[
          { id: "result", label: "Result", content: <StepResult runId={run.id} row={row} /> },
          { id: "input", label: "Input", content: <StepInput runId={run.id} row={row} /> },
          {
            id: "events",
            label: "Events",
            count: row.events.length,
            content: (
              <div className="flex flex-col gap-3 p-4">
                <Times row={row} />
                {row.events.map((event) => (
                  <RawEvent key={`${event.seq}-${event.type}`} event={event} />
                ))}
              </div>
            ),
          },
        ]}
      />
      {isForking && <ForkDialog run={run} row={row} onClose={() => setForking(false)} />}
    </section>
  );
}

function StepName({ row }: { row: TimelineRow }) {
  const { icon: Icon, color, word } = KINDS[row.kind];
  return (
    <h2 className="flex min-w-0 items-center gap-2">
      <Icon size={14} aria-hidden className={clsx("shrink-0", color)} />
      <span className="truncate font-mono text-13 font-medium">{shortName(row)}</span>
      <span className={clsx("text-12 max-md:hidden", color)}>{word}</span>
    </h2>
  );
}

function Facts({ row }: { row: TimelineRow }) {
  const tokens = row.inputTokens + row.outputTokens;
  return (
    <div className="tabular flex min-w-0 items-center gap-2.5 overflow-hidden text-12 whitespace-nowrap text-ink-3">
      <Status status={STATUS_NAMES[row.status]} className="text-12!" />
      {row.outcome !== null && <span className="text-ink-2">{row.outcome}</span>}
      {row.by !== null && <span className="text-ink-2">by {row.by}</span>}
      {row.end !== null && <span>{duration(row.end - row.start)}</span>}
      {tokens > 0 && (
        <span
          className="max-md:hidden"
          title={`${count(row.inputTokens)} in, ${count(row.outputTokens)} out`}
        >
          {count(tokens)} tokens
        </span>
      )}
      {row.kind === "model" && row.status === "done" && (
        <span className="max-md:hidden">cost {money(row.costUsd)}</span>
      )}
      {row.isRecorded && <span className="text-ink-2">recorded, did not act</span>}
      {row.childRunId !== null && (
        <Link
          to="/runs/$id"
          params={{ id: row.childRunId }}
          search={{}}
          className="text-accent-text hover:underline"
        >
          Open this run
        </Link>
      )}
    </div>
  );
}

function Times({ row }: { row: TimelineRow }) {
  return (
    <p className="tabular text-12 text-ink-3">
      <code>{row.key}</code> · began {exactMoment(row.start)}
      {row.end !== null && ` · ended ${exactMoment(row.end)}`}
      {row.attempts.length > 1 && ` · ${row.attempts.length} attempts`}
    </p>
  );
}

const remembered = stored<string>("cadre.step_height", "340");
const LEAST = 160;
const STEP = 40;

interface ResizerProps {
  height: number;
  onKeyDown: (event: KeyboardEvent) => void;
  onPointerDown: (event: PointerEvent) => void;
  onPointerMove: (event: PointerEvent) => void;
  onPointerUp: () => void;
}

function Resizer({ height, ...handlers }: ResizerProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that moves is no hr
    <div
      role="separator"
      aria-orientation="horizontal"
      aria-label="Height of the step"
      aria-valuenow={Math.round(height)}
      aria-valuemin={LEAST}
      aria-valuemax={1200}
      tabIndex={0}
      {...handlers}
      className="-mt-1 h-2 shrink-0 cursor-row-resize touch-none transition-colors duration-120 hover:bg-accent-line/40 max-md:hidden"
    />
  );
}

function usePanelHeight() {
  const [height, setHeight] = useState(() => Number(remembered.read()) || 340);
  const start = useRef<{ y: number; height: number } | null>(null);
  const change = (next: number) => {
    const most = Math.max(LEAST, globalThis.innerHeight - 260);
    const kept = Math.min(most, Math.max(LEAST, next));
    setHeight(kept);
    remembered.write(String(Math.round(kept)));
  };
  const resizer: ResizerProps = {
    height,
    onKeyDown: (event) => {
      if (event.key === "ArrowUp") change(height + STEP);
      else if (event.key === "ArrowDown") change(height - STEP);
      else return;
      event.preventDefault();
    },
    onPointerDown: (event) => {
      start.current = { y: event.clientY, height };
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event) => {
      if (start.current) change(start.current.height + start.current.y - event.clientY);
    },
    onPointerUp: () => {
      start.current = null;
    },
  };
  return { height, resizer };
}
