/** Every version of a route: what changed with it, and the way back. */
import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import {
  OneVersion,
  VersionChange,
  VersionList,
  versionName,
} from "@/features/definitions/definition_history";
import { ErrorNote, Spinner } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { useChange } from "./queries";
import { restoreRoute, routeVersionsQuery } from "./route_queries";
import { earlierThan, textOf } from "./route_versions";
import type { RouteDetail, RouteVersion } from "./types";

export function RouteHistory({ route }: { route: RouteDetail }) {
  const search = useSearch({ from: "/shell/models/routes/$route" });
  const { data, error, isPending } = useQuery(routeVersionsQuery(route.name));
  const versions = data?.items ?? [];
  if (isPending) return <Spinner label="Reading the versions" />;
  if (error)
    return <ErrorNote className="m-4" title="The history could not be read" error={error} />;
  if (versions.length < 2 && route.version === 0) return <OneVersion />;
  const wanted = Number(search.version ?? versions[0]?.version);
  const at = versions.findIndex((each) => each.version === wanted);
  return (
    <VersionList versions={versions.map(shown)} shown={wanted}>
      {at >= 0 && <Change route={route} versions={versions} at={at} />}
    </VersionList>
  );
}

function shown(version: RouteVersion) {
  const out = version.yaml === null ? ["taken out of use"] : [];
  const from = version.restored_from;
  const again = from === null ? [] : [`version ${from} again`];
  return { ...version, isCurrent: version.is_active, note: [...out, ...again].join(", ") };
}

interface ChangeProps {
  route: RouteDetail;
  versions: RouteVersion[];
  at: number;
}

function Change({ route, versions, at }: ChangeProps) {
  const restore = useChange(restoreRoute);
  const version = versions[at];
  if (version === undefined) return null;
  const earlier = earlierThan(versions, at);
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
    <VersionChange
      file={`${route.name}.yaml`}
      before={earlier}
      textBefore={earlier && textOf(versions, earlier)}
      text={textOf(versions, version)}
      onRestore={version.is_active || version.yaml === null ? null : send}
      isRestoring={restore.isPending}
    />
  );
}
