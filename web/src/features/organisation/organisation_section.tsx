import { useQuery } from "@tanstack/react-query";
import { may } from "@/api/me";
import { ErrorNote, Spinner } from "@/ui/notes";
import { AllowancePart } from "./allowance_part";
import { DomainsPart } from "./domains_part";
import { EntryPart } from "./entry_part";
import { LookPart } from "./look_part";
import { NamePart } from "./name_part";
import { ProjectsPart } from "./projects_part";
import { orgQuery } from "./queries";

/** The organisation: what it is called, how it looks, who comes in, where it is reached. */
export default function OrganisationSection() {
  const { data: org, error } = useQuery(orgQuery);
  if (error && !org)
    return <ErrorNote title="The organisation could not be read" error={error} className="m-4" />;
  if (!org) return <Spinner label="Reading the organisation" />;
  return (
    <>
      <NamePart org={org} />
      {may("org:write") && <LookPart org={org} />}
      {may("org:write") && <EntryPart org={org} />}
      {may("domains:read") && <DomainsPart />}
      <ProjectsPart />
      <AllowancePart org={org} />
    </>
  );
}
