/** Every version of a policy: what changed with it, and the ways back. */
import { useQuery } from "@tanstack/react-query";
import { OneVersion, VersionChange, VersionList } from "@/features/definitions/definition_history";
import { useSettingsSearch } from "@/features/settings/use_settings_search";
import { Button } from "@/ui/button";
import { ErrorNote, Spinner } from "@/ui/notes";
import { toast } from "@/ui/toast";
import {
  type PolicyDetail,
  type PolicyVersion,
  policyQuery,
  useRestore,
  versionsQuery,
} from "./queries";
import { useForce } from "./use_force";

export function PolicyHistory({ policy }: { policy: PolicyDetail }) {
  const { search } = useSettingsSearch();
  const { data, error } = useQuery(versionsQuery(policy.name));
  if (error) {
    return <ErrorNote className="m-4" title="The history could not be read" error={error} />;
  }
  if (data === undefined) return <Spinner label="Reading the versions" />;
  const versions = data.items;
  if (versions.length < 2) return <OneVersion />;
  const wanted = Number(search.version ?? versions[0]?.version);
  const at = versions.findIndex(({ version }) => version === wanted);
  const chosen = versions[at];
  const shown = versions.map((each) => ({
    ...each,
    isCurrent: each.version === policy.version,
    note: noteOf(each),
  }));
  return (
    <VersionList versions={shown} shown={wanted}>
      {chosen && <Change policy={policy} version={chosen} before={versions[at + 1]} />}
    </VersionList>
  );
}

function noteOf({ active, restored_from }: PolicyVersion): string {
  const said = [active && "in force", restored_from !== null && `as version ${restored_from}`];
  return said.filter(Boolean).join(", ");
}

interface ChangeProps {
  policy: PolicyDetail;
  version: PolicyVersion;
  before: PolicyVersion | undefined;
}

function Change({ policy, version, before }: ChangeProps) {
  const shown = useQuery(policyQuery(policy.name, version.version));
  const earlier = useQuery({
    ...policyQuery(policy.name, before?.version ?? 0),
    enabled: before !== undefined,
  });
  const restore = useRestore();
  const force = useForce(policy);
  const isElsewhere = version.version !== policy.version && !version.active;
  const bring = () =>
    restore.mutate(
      { name: policy.name, version: version.version },
      {
        onSuccess: (detail) =>
          toast(
            `Version ${version.version} is back as version ${detail.version}, a draft until you put it in force.`,
          ),
        onError: (error) => toast(`Not restored: ${error.message}`, { isError: true }),
      },
    );
  return (
    <VersionChange
      file={`${policy.name}.rego`}
      language="rego"
      before={before}
      textBefore={earlier.data && whole(earlier.data)}
      text={shown.data && whole(shown.data)}
      error={shown.error ?? earlier.error ?? force.error}
      onRestore={version.version === policy.version ? null : bring}
      isRestoring={restore.isPending}
      action={
        isElsewhere && (
          <Button size="sm" isBusy={force.isPuttingIn} onClick={() => force.putIn(version.version)}>
            Put version {version.version} in force
          </Button>
        )
      }
    />
  );
}

/** The policy and its tests are one version. */
function whole({ text, tests }: PolicyDetail): string {
  return tests === "" ? text : `${text}\n# Tests\n\n${tests}`;
}
