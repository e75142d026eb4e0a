/** Why the run does not go on, and the one thing that makes it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CirclePause, Clock, Moon } from "lucide-react";
import type { ReactNode } from "react";
import type { Run } from "@/api/types";
import { ApprovalCard, approvalQuery } from "@/features/approvals/approval_card";
import { exactMoment } from "@/lib/format";
import { Spinner } from "@/ui/notes";
import type { Timeline } from "./timeline";
import { UnknownCard } from "./unknown_card";
import { needs, waitingSentence } from "./waiting";

export function WaitingCard({ run, timeline }: { run: Run; timeline: Timeline }) {
  const open = needs(run, timeline);
  const acts = open.filter((need) => need.type === "approval" || need.type === "unknown");
  const sentence = waitingSentence(run, timeline);
  if (sentence === null && acts.length === 0) return null;
  return (
    <section
      aria-label="What this run waits for"
      className="shrink-0 border-b border-warn-line bg-warn-soft/60 px-4 py-3"
    >
      {sentence !== null && (
        <p className="flex items-start gap-2 font-medium text-ink">
          <CirclePause size={16} aria-hidden className="mt-0.5 shrink-0 text-warn" />
          <span className="min-w-0 break-words">{sentence}</span>
        </p>
      )}
      {open.map((need) => {
        if (need.type === "approval") return <Asked key={need.row.key} id={need.approvalId} />;
        if (need.type === "unknown")
          return <UnknownCard key={need.row.key} run={run} row={need.row} />;
        if (need.type === "sleep" && need.until !== null) {
          return (
            <Note key={need.row.key} icon={<Moon size={14} aria-hidden />}>
              It goes on by itself at {exactMoment(need.until)}.
            </Note>
          );
        }
        if (need.type === "child") {
          return (
            <Note key={need.row.key} icon={<Clock size={14} aria-hidden />}>
              <Link
                to="/runs/$id"
                params={{ id: need.runId }}
                search={{}}
                className="text-accent-text underline underline-offset-3"
              >
                Open {need.row.name}
              </Link>
            </Note>
          );
        }
        return null;
      })}
    </section>
  );
}

function Note({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <p className="mt-1 flex items-center gap-2 pl-0.5 text-ink-2">
      {icon}
      {children}
    </p>
  );
}

function Asked({ id }: { id: string }) {
  const { data, error } = useQuery(approvalQuery(id));
  if (data) return <ApprovalCard approval={data} className="mt-3" isInRun />;
  if (error)
    return <p className="mt-2 text-bad">The asked-for call could not be read: {error.message}</p>;
  return <Spinner label="Reading the asked-for call" />;
}
