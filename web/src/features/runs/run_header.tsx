import { Link, useNavigate } from "@tanstack/react-router";
import {
  GitCompareArrows,
  GitFork,
  MessageSquare,
  MoreHorizontal,
  RotateCcw,
  Square,
} from "lucide-react";
import { type ReactNode, useState } from "react";
import { isOver, type Run } from "@/api/types";
import { count, duration, exactMoment, moment, money } from "@/lib/format";
import { Button, IconButton } from "@/ui/button";
import { CopyButton } from "@/ui/code_block";
import { PaneHeader } from "@/ui/panes";
import { Menu } from "@/ui/popover";
import { Status } from "@/ui/status";
import { toast } from "@/ui/toast";
import { ForkDialog } from "./fork_dialog";
import { useCancel, useReplay } from "./queries";
import { runTitle } from "./run_list";
import { runSeconds } from "./search";
import type { Timeline } from "./timeline";
import { useNow } from "./use_now";

export function RunHeader({ run, timeline }: { run: Run; timeline: Timeline | null }) {
  const navigate = useNavigate();
  const [isForking, setForking] = useState(false);
  const replay = useReplay(run.id);
  const open = (made: Run) =>
    void navigate({ to: "/runs/$id", params: { id: made.id }, search: {} });
  const compareWith = run.origin?.run_id;
  const session = run.session_id;
  return (
    <PaneHeader
      title={runTitle(run)}
      aside={<Status status={run.status} className="ml-1" />}
      onBack={() => navigate({ to: "/runs", search: (before) => ({ ...before }) })}
      actions={
        <>
          {!isOver(run.status) && <CancelButton run={run} />}
          {isOver(run.status) && (
            <Button
              size="sm"
              icon={RotateCcw}
              isBusy={replay.isPending}
              title="Run it again from its recording: nothing acts, nothing costs"
              onClick={() =>
                replay.mutate(undefined, {
                  onSuccess: open,
                  onError: (error) => toast(`Not replayed: ${error.message}`, { isError: true }),
                })
              }
            >
              Replay
            </Button>
          )}
          <Button
            size="sm"
            icon={GitFork}
            onClick={() => setForking(true)}
            className="max-md:hidden"
          >
            Fork
          </Button>
          <Menu
            trigger={<IconButton icon={MoreHorizontal} label="More about this run" />}
            items={[
              { label: "Fork from the start", icon: GitFork, onSelect: () => setForking(true) },
              {
                label: compareWith ? "Compare with its origin" : "Compare with another run",
                icon: GitCompareArrows,
                onSelect: () =>
                  void navigate({
                    to: "/runs/compare",
                    search: { a: compareWith ?? run.id, ...(compareWith ? { b: run.id } : {}) },
                  }),
              },
              ...(session
                ? [
                    {
                      label: "Open the conversation",
                      icon: MessageSquare,
                      onSelect: () => void navigate({ to: "/chat/$id", params: { id: session } }),
                    },
                  ]
                : []),
            ]}
          />
          {isForking && (
            <ForkDialog
              run={run}
              row={null}
              timeline={timeline}
              onClose={() => setForking(false)}
            />
          )}
        </>
      }
    />
  );
}

function CancelButton({ run }: { run: Run }) {
  const cancel = useCancel(run.id);
  return (
    <Button
      size="sm"
      icon={Square}
      isBusy={cancel.isPending}
      onClick={() =>
        cancel.mutate("Cancelled by a person in the console.", {
          onSuccess: () =>
            toast("Cancelling. What is done stays in the journal; fork it to go on."),
          onError: (error) => toast(`Not cancelled: ${error.message}`, { isError: true }),
        })
      }
    >
      Cancel
    </Button>
  );
}

export function RunFacts({ run }: { run: Run }) {
  const now = useNow(!isOver(run.status), run.created_at, 500);
  const tokens = run.input_tokens + run.output_tokens;
  return (
    <dl className="grid shrink-0 grid-cols-3 gap-x-4 gap-y-2 border-b border-line px-4 py-2.5 md:flex md:flex-wrap md:gap-x-10">
      <Fact name="Agent">{run.agent ?? run.kind}</Fact>
      <Fact name="Started">
        <time title={exactMoment(run.created_at)}>{moment(run.created_at)}</time>
      </Fact>
      <Fact name="Duration">{duration(runSeconds(run, now))}</Fact>
      <Fact name="Tokens">
        <span title={`${count(run.input_tokens)} in, ${count(run.output_tokens)} out`}>
          {count(tokens)}
        </span>
      </Fact>
      <Fact name="Cost">
        <span className={run.cost_usd === null ? "text-ink-3" : undefined}>
          {money(run.cost_usd)}
        </span>
      </Fact>
      {run.origin !== null && (
        <Fact name={run.origin.type === "fork" ? "Forked from" : "Replay of"}>
          <Link
            to="/runs/$id"
            params={{ id: run.origin.run_id }}
            search={{}}
            className="block truncate text-accent-text hover:underline"
          >
            {run.origin.type === "fork" ? `event ${run.origin.seq} of its origin` : "its origin"}
          </Link>
        </Fact>
      )}
      {run.parent_id !== null && (
        <Fact name="Started by">
          <Link
            to="/runs/$id"
            params={{ id: run.parent_id }}
            search={{}}
            className="text-accent-text hover:underline"
          >
            its parent run
          </Link>
        </Fact>
      )}
      <Fact name="Id">
        <span className="flex items-center gap-1">
          <span className="max-w-40 truncate font-mono text-12">{run.id}</span>
          <CopyButton text={run.id} label="Copy the id" className="-my-1.5 size-6! text-ink-3" />
        </span>
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-12 text-ink-3">{name}</dt>
      <dd className="tabular truncate font-medium text-ink">{children}</dd>
    </div>
  );
}
