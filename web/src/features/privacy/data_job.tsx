import { Download } from "lucide-react";
import { count, exactMoment } from "@/lib/format";
import { Button, buttonClass } from "@/ui/button";
import { Status, type StatusName } from "@/ui/status";
import { archiveOf, type DataJob, isBusy, useRetryJob } from "./queries";

const STATES: Record<DataJob["state"], StatusName> = {
  waiting: "queued",
  running: "running",
  done: "done",
  failed: "failed",
};

interface Props {
  job: DataJob;
  /** Shown to whom it is about, and asked for by them. */
  isOwn?: boolean;
}

/** How far it is, and what came of it. */
export function DataJobView({ job, isOwn = false }: Props) {
  const { kind, state, step, done, total, error, expires_at } = job;
  const label = kind === "export" ? "Export" : "Erasure";
  const share = total > 0 ? Math.min(1, done / total) : null;
  const isThere = kind === "export" && state === "done" && (expires_at ?? 0) > Date.now() / 1000;
  return (
    <div role="status" aria-label={label} className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Status status={STATES[state]} />
        {isBusy(job) && (
          <>
            <progress
              aria-label={label}
              className="h-1.5 w-32 accent-accent"
              {...(share === null ? {} : { value: share, max: 1 })}
            />
            <span className="tabular truncate text-12 text-ink-2">{step || "waiting"}</span>
          </>
        )}
        {isThere && (
          <a href={archiveOf(job, isOwn)} download className={buttonClass("default", "sm")}>
            <Download size={14} aria-hidden />
            Download the archive
          </a>
        )}
        {isThere && expires_at !== null && (
          <span className="text-12 text-ink-3">Until {exactMoment(expires_at)}.</span>
        )}
      </div>
      {error && <p className="text-bad">{error}</p>}
      {kind === "erase" && state === "failed" && <Retry job={job} />}
      {state === "done" && <Results job={job} />}
    </div>
  );
}

function Retry({ job }: { job: DataJob }) {
  const retry = useRetryJob();
  return (
    <span className="flex flex-wrap items-center gap-2">
      <Button size="sm" isBusy={retry.isPending} onClick={() => retry.mutate(job.id)}>
        Go on from there
      </Button>
      {retry.error && <span className="text-bad">{retry.error.message}</span>}
    </span>
  );
}

function Results({ job: { kind, result } }: { job: DataJob }) {
  const said = result.filter(
    ({ records = 0, files = 0, deleted = 0, renamed = 0, stays = "" }) =>
      records + files + deleted + renamed > 0 || stays !== "",
  );
  if (said.length === 0) return null;
  return (
    <details open={kind === "erase"}>
      <summary className="w-fit text-12 text-ink-2">What came of it</summary>
      <ul className="mt-1 border-t border-line">
        {said.map(({ room, records = 0, files = 0, deleted = 0, renamed = 0, stays = "" }) => (
          <li key={room} className="flex flex-wrap gap-x-3 border-b border-line py-1 text-12">
            <span className="w-32 font-medium">{room}</span>
            <span className="tabular text-ink-2">
              {kind === "export"
                ? `${count(records, "record")}${files ? `, ${count(files, "file")}` : ""}`
                : `${count(deleted)} deleted${renamed ? `, ${count(renamed)} made nameless` : ""}`}
            </span>
            {stays && <span className="w-full text-ink-3">{stays}</span>}
          </li>
        ))}
      </ul>
    </details>
  );
}
