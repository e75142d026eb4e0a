/** Long work on an organisation in words. */
import type { OrgJob } from "./queries";

const KINDS: Record<OrgJob["kind"], string> = {
  export: "Export of",
  import: "Import of",
  delete: "Deletion of",
};

export function jobWords({ kind, slug }: Pick<OrgJob, "kind" | "slug">): string {
  return `${KINDS[kind]} ${slug}`;
}

/** From 0 to 1; null while nobody knows how much there is. */
export function doneShare({ done, total }: Pick<OrgJob, "done" | "total">): number | null {
  return total > 0 ? Math.min(1, done / total) : null;
}
