import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { Section } from "@/features/settings/section";
import { ago, exactMoment } from "@/lib/format";
import { Button } from "@/ui/button";
import { ErrorNote, Spinner } from "@/ui/notes";
import { DataJobView } from "./data_job";
import { isBusy, ownExportsQuery, useExportSelf } from "./queries";

const SHOWN = 5;

/** All that is kept of oneself, as one archive. */
export default function OwnDataPart() {
  const { data, error } = useQuery(ownExportsQuery);
  const begin = useExportSelf();
  if (error && !data)
    return <ErrorNote title="Your exports could not be read" error={error} className="m-4" />;
  if (!data) return <Spinner label="Reading your exports" />;
  return (
    <Section
      title="Download my data"
      hint="Your profile, conversations with their files, runs, and what else is kept of you, as one zip. Passwords, keys and other secrets are not in it."
      action={
        <Button
          icon={Download}
          disabled={data.some(isBusy)}
          isBusy={begin.isPending}
          onClick={() => begin.mutate(undefined)}
        >
          Prepare an archive
        </Button>
      }
    >
      {begin.error && <ErrorNote title="Not begun" error={begin.error} className="mb-3" />}
      {data.length === 0 && (
        <p className="text-ink-2">
          None prepared yet. It takes a moment; the archive is then here to download for three days.
        </p>
      )}
      {data.length > 0 && (
        <ul aria-label="Archives" className="border-t border-line">
          {data.slice(0, SHOWN).map((job) => (
            <li key={job.id} className="flex flex-col gap-1.5 border-b border-line py-2.5">
              <span className="text-12 text-ink-3" title={exactMoment(job.created_at)}>
                Asked for {ago(job.created_at)}
              </span>
              <DataJobView job={job} isOwn />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
