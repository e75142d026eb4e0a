/** Two runs side by side: the same steps on the same lines, what differs in sight. */
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { GitCompareArrows } from "lucide-react";
import { useState } from "react";
import type { Run } from "@/api/types";
import { count, duration, exactMoment, money } from "@/lib/format";
import { EmptyState, ErrorNote, Spinner } from "@/ui/notes";
import { PaneHeader } from "@/ui/panes";
import { Status } from "@/ui/status";
import { compareTimelines, isChange } from "./compare";
import { ComparePair } from "./compare_pair";
import { RunChooser } from "./run_chooser";
import { runTitle } from "./run_list";
import { runSeconds } from "./search";
import type { Timeline } from "./timeline";
import { Toggle } from "./timeline_tools";
import { useJournal } from "./use_journal";
import { useNow } from "./use_now";

export function ComparePage() {
  const { a, b } = useSearch({ from: "/shell/runs/compare" });
  const navigate = useNavigate();
  const choose = (side: "a" | "b", id: string | undefined) =>
    void navigate({
      to: "/runs/compare",
      search: (before) => ({ ...before, [side]: id }),
      replace: true,
    });
  return (
    <div className="flex h-full min-w-0 flex-col">
      <PaneHeader title="Compare two runs" onBack={() => navigate({ to: "/runs" })} />
      <div className="grid shrink-0 grid-cols-2 divide-x divide-line border-b border-line">
        <Side name="Left" id={a} other={b} onChoose={(id) => choose("a", id)} />
        <Side name="Right" id={b} other={a} onChoose={(id) => choose("b", id)} />
      </div>
      {a && b ? (
        <Steps key={`${a} ${b}`} left={a} right={b} />
      ) : (
        <EmptyState icon={GitCompareArrows} title="Choose two runs">
          Their steps appear here line by line: which gave something else, took longer or cost more.
          A fork and its origin make a good pair.
        </EmptyState>
      )}
    </div>
  );
}

interface SideProps {
  name: string;
  id: string | undefined;
  other: string | undefined;
  onChoose: (id: string | undefined) => void;
}

function Side({ name, id, other, onChoose }: SideProps) {
  if (id === undefined) {
    return (
      <div className="min-w-0 p-3 md:px-4">
        <RunChooser label={`${name} run`} besides={other} onChoose={onChoose} />
      </div>
    );
  }
  return <Chosen id={id} onDrop={() => onChoose(undefined)} />;
}

function Chosen({ id, onDrop }: { id: string; onDrop: () => void }) {
  const { run, error } = useJournal(id);
  const now = useNow(false);
  if (run === undefined) {
    return error ? (
      <ErrorNote className="m-3" error={error} />
    ) : (
      <Spinner label="Reading the run" />
    );
  }
  return (
    <div className="min-w-0 p-3 md:px-4">
      <div className="flex items-center gap-2">
        <Link
          to="/runs/$id"
          params={{ id }}
          search={{}}
          className="min-w-0 truncate font-medium hover:underline"
        >
          {runTitle(run)}
        </Link>
        <Status status={run.status} isIconOnly />
        <button
          type="button"
          onClick={onDrop}
          className="ml-auto shrink-0 rounded-sm text-12 text-accent-text hover:underline"
        >
          Change
        </button>
      </div>
      <Facts run={run} now={now} />
    </div>
  );
}

function Facts({ run, now }: { run: Run; now: number }) {
  return (
    <p className="tabular mt-1 flex flex-wrap gap-x-3 text-12 text-ink-3">
      <span>{run.agent ?? run.kind}</span>
      <time>{exactMoment(run.created_at)}</time>
      <span>{duration(runSeconds(run, now))}</span>
      <span>{count(run.input_tokens + run.output_tokens)} tokens</span>
      <span>cost {money(run.cost_usd)}</span>
    </p>
  );
}

function Steps({ left, right }: { left: string; right: string }) {
  const a = useJournal(left);
  const b = useJournal(right);
  if (a.timeline === null || b.timeline === null) return <Spinner label="Reading both journals" />;
  return <Pairs left={a.timeline} right={b.timeline} runs={[left, right]} />;
}

interface PairsProps {
  left: Timeline;
  right: Timeline;
  runs: [string, string];
}

function Pairs({ left, right, runs }: PairsProps) {
  const [onlyChanged, setOnlyChanged] = useState(false);
  const [open, setOpen] = useState<string | null>(null);
  const comparison = compareTimelines(left, right);
  const shown = comparison.pairs.filter(
    (pair) => isChange(pair) || (!onlyChanged && pair.left?.kind !== "gate"),
  );
  const longest = Math.max(
    ...[...left.rows, ...right.rows].map((r) => (r.end ?? r.start) - r.start),
    0.001,
  );
  return (
    <>
      <div className="flex h-9 shrink-0 items-center gap-3 border-b border-line px-4 text-12 text-ink-3">
        <Toggle isOn={onlyChanged} onChange={setOnlyChanged}>
          Only what differs
        </Toggle>
        <span className="tabular truncate">
          {comparison.same} the same, {comparison.changed} changed, {comparison.onlyLeft} only left,{" "}
          {comparison.onlyRight} only right
        </span>
      </div>
      <ol aria-label="Steps of both runs" className="pane grow">
        {shown.map((pair) => (
          <ComparePair
            key={pair.key}
            pair={pair}
            runs={runs}
            longest={longest}
            isOpen={open === pair.key}
            onToggle={() => setOpen(open === pair.key ? null : pair.key)}
          />
        ))}
        {shown.length === 0 && (
          <li className="p-8 text-center text-ink-2">Both runs did the same, step by step.</li>
        )}
      </ol>
    </>
  );
}
