import { useQuery } from "@tanstack/react-query";
import { may } from "@/api/me";
import { membersQuery } from "@/features/members/queries";
import { Section } from "@/features/settings/section";
import { ago, exactMoment } from "@/lib/format";
import { ErrorNote } from "@/ui/notes";
import { DataJobView } from "./data_job";
import { jobsQuery } from "./queries";

/** What was exported and erased of single people. */
export function JobsPart() {
  const { data, error } = useQuery(jobsQuery);
  const members = useQuery({ ...membersQuery, enabled: may("members:read") }).data ?? [];
  const names = new Map(members.map(({ id, name }) => [id, name]));
  return (
    <Section
      title="Single people"
      hint="Begun from the member’s own pane: an archive of all that is kept of somebody, or its erasure."
    >
      {error && !data && <ErrorNote title="They could not be read" error={error} />}
      {data?.length === 0 && <p className="text-ink-2">None yet.</p>}
      {data && data.length > 0 && (
        <ul aria-label="Exports and erasures" className="border-t border-line">
          {data.map((job) => (
            <li key={job.id} className="flex flex-col gap-1.5 border-b border-line py-2.5">
              <p className="flex flex-wrap gap-x-3">
                <span className="font-medium">
                  {job.kind === "export" ? "Export of" : "Erasure of"}{" "}
                  {names.get(job.person) ?? job.person}
                </span>
                <span className="text-12 leading-5 text-ink-3" title={exactMoment(job.created_at)}>
                  {ago(job.created_at)}
                  {job.own && ", by themself"}
                </span>
              </p>
              <DataJobView job={job} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
