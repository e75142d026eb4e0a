/** Every version of a route: what changed with it, and the way back. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { History, RotateCcw } from "lucide-react";
import { DiffView } from "@/features/runs/diff_view";
import { exactMoment } from "@/lib/format";
import { Button } from "@/ui/button";
import { CodeBlock } from "@/ui/code_block";
import { EmptyState, ErrorNote, Spinner } from "@/ui/notes";
import { rowClass } from "@/ui/panes";
import { Badge } from "@/ui/status";
import { toast } from "@/ui/toast";
import { useChange } from "./queries";
import { restoreRoute, routeVersionsQuery } from "./route_queries";
import { earlierThan, textOf, versionName } from "./route_versions";
import type { RouteDetail, RouteVersion } from "./types";

export function RouteHistory({ route }: { route: RouteDetail }) {
  const search = useSearch({ from: "/shell/models/routes/$route" });
  const { data, error, isPending } = useQuery(routeVersionsQuery(route.name));
  const versions = data?.items ?? [];
  if (isPending) return <Spinner label="Reading the versions" />;
  if (error)
    return <ErrorNote className="m-4" title="The history could not be read" error={error} />;
  if (versions.length < 2 && route.version === 0) {
    return (
      <EmptyState icon={History} title="One version so far">
        Each save is a version that stays. What changed between them is shown here, and any of them
        can be made the current one again.
      </EmptyState>
    );
  }
  const wanted = Number(search.version ?? versions[0]?.version);
  const at = versions.findIndex((each) => each.version === wanted);
  return (
    <div className="flex h-full min-h-0 flex-col lg:flex-row">
      <ol
        aria-label="Versions"
        className="pane max-h-44 shrink-0 border-line max-lg:border-b lg:max-h-none lg:w-64 lg:border-r"
      >
        {versions.map((version) => (
          <li key={version.version}>
            <VersionRow version={version} isShown={version.version === wanted} />
          </li>
        ))}
      </ol>
      {at >= 0 && <Version route={route} versions={versions} at={at} />}
    </div>
  );
}

function VersionRow({ version, isShown }: { version: RouteVersion; isShown: boolean }) {
  const navigate = useNavigate();
  return (
    <button
      type="button"
      aria-current={isShown ? "true" : undefined}
      onClick={() =>
        navigate({
          to: ".",
          search: (old) => ({ ...old, version: String(version.version) }),
          replace: true,
        })
      }
      className={rowClass({ isActive: isShown, className: "h-11 items-center gap-2" })}
    >
      <span className="min-w-0 grow">
        <span className="flex items-center gap-2 font-medium">
          {versionName(version)}
          {version.is_active && <Badge tone="accent">current</Badge>}
        </span>
        <span className="block truncate text-12 text-ink-3">
          {version.yaml === null && "taken out of use, "}
          {version.restored_from !== null && `version ${version.restored_from} again, `}
          {version.created_at !== null && exactMoment(version.created_at)}
          {version.created_by && ` by ${version.created_by}`}
        </span>
      </span>
    </button>
  );
}

interface VersionProps {
  route: RouteDetail;
  versions: RouteVersion[];
  at: number;
}

function Version({ route, versions, at }: VersionProps) {
  const restore = useChange(restoreRoute);
  const version = versions[at];
  if (version === undefined) return null;
  const earlier = earlierThan(versions, at);
  const text = textOf(versions, version);
  const file = `${route.name}.yaml`;
  const send = () =>
    restore.mutate(
      { name: route.name, version: version.version },
      {
        onSuccess: (saved) =>
          toast(`${versionName(version)} is back, as version ${saved.version}.`, {
            onUndo: () => restore.mutate({ name: route.name, version: route.version }),
            seconds: 10,
          }),
        onError: (error) => toast(`Not restored: ${error.message}`, { isError: true }),
      },
    );
  return (
    <div className="pane flex min-w-0 grow flex-col gap-3 p-4">
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="grow text-ink-2">
          {earlier ? `What changed since ${versionName(earlier).toLowerCase()}` : "How it began"}
        </h2>
        {!version.is_active && version.yaml !== null && (
          <Button size="sm" icon={RotateCcw} isBusy={restore.isPending} onClick={send}>
            Restore as a new version
          </Button>
        )}
      </div>
      {earlier ? (
        <DiffView before={textOf(versions, earlier)} after={text} label={file} />
      ) : (
        <CodeBlock code={text} language="yaml" title={file} />
      )}
    </div>
  );
}
