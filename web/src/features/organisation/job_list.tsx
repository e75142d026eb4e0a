import { Download } from "lucide-react";
import { ago, exactMoment } from "@/lib/format";
import { buttonClass } from "@/ui/button";
import { Status, type StatusName } from "@/ui/status";
import { archiveUrl, isBusy } from "./installation_queries";
import { doneShare, jobWords } from "./job_words";
import type { OrgJob } from "./queries";

const STATES: Record<OrgJob["state"], StatusName> = {
  waiting: "queued",
  running: "running",
  done: "done",
  failed: "failed",
};

const DAY_SECONDS = 86_400;

/** Long work on organisations: how far it is, and what came of it. */
export function JobList({ jobs }: { jobs: readonly OrgJob[] }) {
  return (
    <ul aria-label="Exports, imports, deletions" className="border-t border-line">
      {jobs.map((job) => (
        <JobRow key={job.id} job={job} />
      ))}
    </ul>
  );
}

function JobRow({ job }: { job: OrgJob }) {
  const share = doneShare(job);
  const isFresh = Date.now() / 1000 - job.updated_at < DAY_SECONDS;
  return (
    <li className="flex min-h-11 flex-wrap items-center gap-x-4 gap-y-1 border-b border-line py-1.5">
      <span className="min-w-40 grow">
        {jobWords(job)}
        <span className="block text-12 text-ink-3" title={exactMoment(job.created_at)}>
          {ago(job.created_at)} by {job.created_by}
        </span>
      </span>
      {isBusy(job) && (
        <span className="flex items-center gap-2">
          <progress
            aria-label={jobWords(job)}
            className="h-1.5 w-32 accent-accent"
            {...(share === null ? {} : { value: share, max: 1 })}
          />
          <span className="tabular w-32 truncate text-12 text-ink-2">
            {job.step || "waiting"}
            {share !== null && ` ${Math.floor(share * 100)} %`}
          </span>
        </span>
      )}
      <Status status={STATES[job.state]} />
      {job.kind === "export" && job.state === "done" && isFresh && (
        <a href={archiveUrl(job)} download className={buttonClass("default", "sm")}>
          <Download size={14} aria-hidden />
          Download
        </a>
      )}
      {job.error && <p className="w-full text-bad">{job.error}</p>}
    </li>
  );
}
