import { useQuery } from "@tanstack/react-query";
import { useNames } from "@/features/policies/use_names";
import { exactMoment } from "@/lib/format";
import { ErrorNote, Spinner } from "@/ui/notes";
import { Badge } from "@/ui/status";
import { secretVersionsQuery } from "./queries";

export function SecretVersions({ name }: { name: string }) {
  const nameOf = useNames();
  const { data, error, isPending } = useQuery(secretVersionsQuery(name));
  if (error) return <ErrorNote title="The versions could not be read" error={error} />;
  if (isPending) return <Spinner label="Reading the versions" />;
  return (
    <ol aria-label={`Versions of ${name}`} className="mt-2 border-l-2 border-line pl-3">
      {data.items.map(({ version, is_current, updated_at, updated_by, expires_at }) => (
        <li key={version} className="flex min-h-7 flex-wrap items-center gap-x-3 text-12">
          <span className="tabular w-20">Version {version}</span>
          <span className="text-ink-3">
            {exactMoment(updated_at)}
            {updated_by && ` by ${nameOf(updated_by)}`}
          </span>
          {is_current ? (
            <Badge tone="accent">counts</Badge>
          ) : (
            expires_at !== null && (
              <span className="text-ink-3">destroyed on {exactMoment(expires_at)}</span>
            )
          )}
        </li>
      ))}
    </ol>
  );
}
