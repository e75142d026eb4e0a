/** Every version: what changed with it, and the way back. */
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
import { type Agent, type AgentVersion, agentQuery, useSaveAgent, versionsQuery } from "./queries";

export function AgentHistory({ agent }: { agent: Agent }) {
  const search = useSearch({ from: "/shell/agents/$name" });
  const navigate = useNavigate();
  const { data, error, isPending } = useQuery(versionsQuery(agent.name));
  const versions = [...(data?.items ?? [])].sort((a, b) => b.version - a.version);
  if (isPending) return <Spinner label="Reading the versions" />;
  if (error)
    return <ErrorNote className="m-4" title="The history could not be read" error={error} />;
  if (versions.length < 2 && agent.version <= 0) {
    return (
      <EmptyState icon={History} title="One version so far">
        Each save is a version that stays. What changed between them is shown here, and any of them
        can be made the current one again.
      </EmptyState>
    );
  }
  const wanted = Number(search.version ?? versions[0]?.version);
  const at = versions.findIndex((each) => each.version === wanted);
  const chosen = versions[at];
  return (
    <div className="flex h-full min-h-0 flex-col lg:flex-row">
      <ol
        aria-label="Versions"
        className="pane max-h-44 shrink-0 border-line max-lg:border-b lg:max-h-none lg:w-64 lg:border-r"
      >
        {versions.map((each) => (
          <li key={each.version}>
            <button
              type="button"
              aria-current={each.version === wanted ? "true" : undefined}
              onClick={() =>
                navigate({
                  to: ".",
                  search: (before) => ({ ...before, version: String(each.version) }),
                  replace: true,
                })
              }
              className={rowClass({
                isActive: each.version === wanted,
                className: "h-11 items-center gap-2",
              })}
            >
              <span className="min-w-0 grow">
                <span className="flex items-center gap-2 font-medium">
                  {versionName(each)}
                  {each.version === agent.version && <Badge tone="accent">current</Badge>}
                </span>
                <span className="block truncate text-12 text-ink-3">
                  {each.created_at !== null && exactMoment(each.created_at)}
                  {each.created_by && ` by ${each.created_by}`}
                </span>
              </span>
            </button>
          </li>
        ))}
      </ol>
      {chosen && <Version agent={agent} version={chosen} before={versions[at + 1]} />}
    </div>
  );
}

function versionName({ version }: AgentVersion): string {
  return version > 0 ? `Version ${version}` : "As it ships";
}

interface VersionProps {
  agent: Agent;
  version: AgentVersion;
  before: AgentVersion | undefined;
}

function Version({ agent, version, before }: VersionProps) {
  const shown = useQuery(agentQuery(agent.name, version.version));
  const earlier = useQuery({
    ...agentQuery(agent.name, before?.version ?? 0),
    enabled: before !== undefined,
  });
  const save = useSaveAgent();
  const isCurrent = version.version === agent.version;
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
    <div className="pane flex min-w-0 grow flex-col gap-3 p-4">
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="grow text-ink-2">
          {before ? `What changed since ${versionName(before).toLowerCase()}` : "How it began"}
        </h2>
        {!isCurrent && (
          <Button size="sm" icon={RotateCcw} isBusy={save.isPending} onClick={restore}>
            Restore as a new version
          </Button>
        )}
      </div>
      {shown.error && <ErrorNote title="This version could not be read" error={shown.error} />}
      {shown.data === undefined || (before !== undefined && earlier.data === undefined) ? (
        !shown.error && <Spinner />
      ) : earlier.data !== undefined && before !== undefined ? (
        <DiffView before={earlier.data.yaml} after={shown.data.yaml} label={`${agent.name}.yaml`} />
      ) : (
        <CodeBlock code={shown.data.yaml} language="yaml" title={`${agent.name}.yaml`} />
      )}
    </div>
  );
}
