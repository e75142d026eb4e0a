/** Every version of an agent: what changed with it, and the way back. */
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
import { type Agent, type AgentVersion, agentQuery, useSaveAgent, versionsQuery } from "./queries";

export function AgentHistory({ agent }: { agent: Agent }) {
  const search = useSearch({ from: "/shell/agents/$name" });
  const { data, error, isPending } = useQuery(versionsQuery(agent.name));
  const versions = [...(data?.items ?? [])].sort((a, b) => b.version - a.version);
  if (isPending) return <Spinner label="Reading the versions" />;
  if (error)
    return <ErrorNote className="m-4" title="The history could not be read" error={error} />;
  if (versions.length < 2 && agent.version <= 0) return <OneVersion />;
  const wanted = Number(search.version ?? versions[0]?.version);
  const at = versions.findIndex((each) => each.version === wanted);
  const chosen = versions[at];
  const shown = versions.map((each) => ({ ...each, isCurrent: each.version === agent.version }));
  return (
    <VersionList versions={shown} shown={wanted}>
      {chosen && <Change agent={agent} version={chosen} before={versions[at + 1]} />}
    </VersionList>
  );
}

interface ChangeProps {
  agent: Agent;
  version: AgentVersion;
  before: AgentVersion | undefined;
}

function Change({ agent, version, before }: ChangeProps) {
  const shown = useQuery(agentQuery(agent.name, version.version));
  const earlier = useQuery({
    ...agentQuery(agent.name, before?.version ?? 0),
    enabled: before !== undefined,
  });
  const save = useSaveAgent();
  const restore = () => {
    if (shown.data === undefined) return;
    const was = agent.yaml;
    save.mutate(
      { name: agent.name, yaml: shown.data.yaml },
      {
        onSuccess: (saved) =>
          toast(`${versionName(version)} is back, as version ${saved.version}.`, {
            onUndo: () => save.mutate({ name: agent.name, yaml: was }),
            seconds: 10,
          }),
        onError: (error) => toast(`Not restored: ${error.message}`, { isError: true }),
      },
    );
  };
  return (
    <VersionChange
      file={`${agent.name}.yaml`}
      before={before}
      textBefore={earlier.data?.yaml}
      text={shown.data?.yaml}
      error={shown.error}
      onRestore={version.version === agent.version ? null : restore}
      isRestoring={save.isPending}
    />
  );
}
