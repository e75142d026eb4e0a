/** One run: what it is, what it waits for, its timeline, its result, its journal. */
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import type { Run, RunEvent } from "@/api/types";
import { useShortcuts } from "@/lib/shortcuts";
import { Button } from "@/ui/button";
import { ErrorNote, Spinner } from "@/ui/notes";
import { Tabs } from "@/ui/tabs";
import { JournalView } from "./journal_view";
import { ResultView } from "./result_view";
import { RunFacts, RunHeader } from "./run_header";
import { readTab } from "./search";
import { StepPanel } from "./step_panel";
import type { Timeline } from "./timeline";
import { TimelineView } from "./timeline_view";
import { firstOfInterest } from "./tree";
import { useJournal } from "./use_journal";
import { WaitingCard } from "./waiting_card";

export function RunPage() {
  const { id } = useParams({ from: "/shell/runs/$id" });
  const { run, events, timeline, error } = useJournal(id);
  if (run === undefined) {
    if (error === null) return <Spinner label="Reading the run" />;
    return <CantRead error={error} />;
  }
  return (
    <>
      <RunHeader run={run} timeline={timeline} />
      <div className="pane flex grow flex-col">
        <RunFacts run={run} />
        {error !== null && (
          <ErrorNote className="mx-4 mt-3" title="The journal is not up to date" error={error} />
        )}
        {events === undefined || timeline === null ? (
          error === null && <Spinner label="Reading the journal" />
        ) : (
          <RunBody key={id} run={run} events={events} timeline={timeline} />
        )}
      </div>
    </>
  );
}

function CantRead({ error }: { error: Error }) {
  const navigate = useNavigate();
  return (
    <ErrorNote
      className="m-4"
      title="This run could not be read"
      error={error}
      action={<Button onClick={() => navigate({ to: "/runs" })}>All runs</Button>}
    />
  );
}

interface BodyProps {
  run: Run;
  events: RunEvent[];
  timeline: Timeline;
}

function RunBody({ run, events, timeline }: BodyProps) {
  const search = useSearch({ from: "/shell/runs/$id" });
  const navigate = useNavigate();
  const change = (changes: { step?: string | undefined; tab?: string | undefined }) =>
    void navigate({ to: ".", search: (before) => ({ ...before, ...changes }), replace: true });
  const select = (key: string | null) => change({ step: key ?? undefined });
  useOpenAtFailure(run, timeline, search.step, select);
  useShortcuts(
    [{ keys: "Escape", label: "Close the step", group: "Run", run: () => select(null) }],
    search.step !== undefined,
  );
  const step = timeline.rows.find((row) => row.key === search.step) ?? null;

  return (
    <>
      <WaitingCard run={run} timeline={timeline} />
      {run.error !== null && (
        <ErrorNote
          className="mx-4 mt-3 shrink-0"
          title={`The run failed: ${run.error.code}`}
          error={run.error.detail || "No further detail was recorded. The journal has every event."}
        />
      )}
      <Tabs
        label="The run"
        className="mt-1 min-h-100 grow md:min-h-0"
        value={readTab(search.tab)}
        onChange={(tab) => change({ tab: tab === "timeline" ? undefined : tab })}
        tabs={[
          {
            id: "timeline",
            label: "Timeline",
            content: (
              <div className="flex h-full min-h-0 flex-col">
                <TimelineView
                  timeline={timeline}
                  selected={search.step ?? null}
                  onSelect={select}
                />
                {step && <StepPanel run={run} row={step} onClose={() => select(null)} />}
              </div>
            ),
          },
          { id: "result", label: "Result", content: <ResultView run={run} /> },
          {
            id: "journal",
            label: "Journal",
            count: events.length,
            content: <JournalView events={events} step={search.step} />,
          },
        ]}
      />
    </>
  );
}

/** A failed run opens at the step that failed, once; where the person goes next is theirs. */
function useOpenAtFailure(
  run: Run,
  timeline: Timeline,
  step: string | undefined,
  select: (key: string) => void,
): void {
  const isDone = useRef(false);
  useEffect(() => {
    if (step !== undefined) isDone.current = true;
    if (isDone.current || run.status !== "failed" || timeline.end === null) return;
    isDone.current = true;
    const first = firstOfInterest(timeline.rows);
    if (first !== null) select(first.key);
  });
}
