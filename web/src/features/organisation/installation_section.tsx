/** For whoever runs the installation: every organisation, and what is being done with them. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, Upload } from "lucide-react";
import { useEffect, useState } from "react";
import { may } from "@/api/me";
import { Section } from "@/features/settings/section";
import { Button } from "@/ui/button";
import { ErrorNote, Spinner } from "@/ui/notes";
import { ImportForm } from "./import_form";
import { isBusy, jobsQuery, orgsQuery } from "./installation_queries";
import { JobList } from "./job_list";
import { NewOrg } from "./new_org";
import { OrgRow } from "./org_row";

export default function InstallationSection() {
  const { data: orgs, error } = useQuery(orgsQuery);
  const { data: jobs = [] } = useQuery(jobsQuery);
  const [form, setForm] = useState<"new" | "import" | null>(null);
  const queries = useQueryClient();
  const busy = jobs.filter(isBusy).length;
  // What a job has done shows in the list once it is over.
  useEffect(() => {
    if (busy === 0) void queries.invalidateQueries({ queryKey: orgsQuery.queryKey, exact: true });
  }, [busy, queries]);
  if (error && !orgs)
    return <ErrorNote title="The organisations could not be read" error={error} className="m-4" />;
  if (!orgs) return <Spinner label="Reading the organisations" />;
  return (
    <>
      <Section
        title="Organisations"
        hint="Each has its own people, agents, keys and data; none sees another's."
        action={
          may("orgs:write") && (
            <span className="flex gap-2">
              <Button size="sm" icon={Upload} onClick={() => setForm("import")}>
                Import
              </Button>
              <Button size="sm" tone="primary" icon={Plus} onClick={() => setForm("new")}>
                New organisation
              </Button>
            </span>
          )
        }
      >
        {form === "new" && <NewOrg onClose={() => setForm(null)} />}
        {form === "import" && <ImportForm onClose={() => setForm(null)} />}
        <ul aria-label="Organisations" className="border-t border-line">
          {orgs.map((org) => (
            <OrgRow key={org.id} org={org} />
          ))}
        </ul>
        {orgs.length === 1 && form === null && (
          <p className="mt-3 text-ink-2">
            Only the home organisation so far: it runs the installation. Another one is reached
            under a name of its own, such as acme.example.org.
          </p>
        )}
      </Section>
      {jobs.length > 0 && (
        <Section title="Exports, imports, deletions" hint="An archive is kept for a day.">
          <JobList jobs={jobs} />
        </Section>
      )}
    </>
  );
}
