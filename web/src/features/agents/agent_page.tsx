/** One agent: its definition, a place to try it, its history. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Copy, MoreHorizontal, Trash2 } from "lucide-react";
import { useState } from "react";
import { freeName, renamed } from "@/features/definitions/yaml";
import { Button, IconButton } from "@/ui/button";
import { ErrorNote, Spinner } from "@/ui/notes";
import { PaneHeader } from "@/ui/panes";
import { Menu } from "@/ui/popover";
import { Badge } from "@/ui/status";
import { Tabs } from "@/ui/tabs";
import { toast } from "@/ui/toast";
import { AgentEditor } from "./agent_editor";
import { AgentHistory } from "./agent_history";
import { AgentTry } from "./agent_try";
import { keepDraft } from "./drafts";
import { EXAMPLE, NEW } from "./example";
import { type Agent, agentQuery, agentsQuery, useDeleteAgent, useSaveAgent } from "./queries";

export function AgentPage() {
  const { name } = useParams({ from: "/shell/agents/$name" });
  return name === NEW ? <NewAgent /> : <KnownAgent key={name} name={name} />;
}

function useBack() {
  const navigate = useNavigate();
  return () => void navigate({ to: "/agents", search: (before) => ({ ...before }) });
}

function NewAgent() {
  const agents = useQuery(agentsQuery);
  const onBack = useBack();
  if (agents.isPending) return <Spinner />;
  const taken = agents.data?.items.map((agent) => agent.name) ?? [];
  const start = renamed(EXAMPLE, freeName("sales-analyst", taken));
  return (
    <>
      <PaneHeader
        title="New agent"
        onBack={onBack}
        aside={<Badge tone="accent">not saved yet</Badge>}
      />
      <p className="shrink-0 border-b border-line px-4 py-2 text-ink-2">
        A working example to change. It is saved under the name in its first line.
      </p>
      <AgentEditor name={null} saved={start} />
    </>
  );
}

function KnownAgent({ name }: { name: string }) {
  const { tab } = useSearch({ from: "/shell/agents/$name" });
  const navigate = useNavigate();
  const onBack = useBack();
  const { data: agent, error, refetch } = useQuery(agentQuery(name));
  if (agent === undefined) {
    if (error === null) return <Spinner label="Reading the agent" />;
    return (
      <>
        <PaneHeader title={name} onBack={onBack} />
        <ErrorNote
          className="m-4"
          title="This agent could not be read"
          error={error}
          action={<Button onClick={() => refetch()}>Try again</Button>}
        />
      </>
    );
  }
  return (
    <>
      <PaneHeader
        title={agent.name}
        onBack={onBack}
        aside={
          agent.version > 0 ? (
            <Badge>version {agent.version}</Badge>
          ) : (
            <Badge>ships with cadre</Badge>
          )
        }
        actions={<Actions agent={agent} />}
      />
      <Tabs
        label="The agent"
        className="grow"
        value={tab ?? "definition"}
        onChange={(next) =>
          void navigate({
            to: ".",
            search: (before) => ({
              ...before,
              tab: next === "definition" ? undefined : next,
              version: undefined,
            }),
            replace: true,
          })
        }
        tabs={[
          {
            id: "definition",
            label: "Definition",
            content: <AgentEditor key={agent.version} name={agent.name} saved={agent.yaml} />,
          },
          { id: "try", label: "Try", content: <AgentTry agent={agent} /> },
          { id: "history", label: "History", content: <AgentHistory agent={agent} /> },
        ]}
      />
    </>
  );
}

function Actions({ agent }: { agent: Agent }) {
  const navigate = useNavigate();
  const agents = useQuery(agentsQuery);
  const [isGone, setGone] = useState(false);
  const remove = useDeleteAgent();
  const save = useSaveAgent();
  const duplicate = () => {
    const taken = agents.data?.items.map((each) => each.name) ?? [];
    keepDraft(null, renamed(agent.yaml, freeName(`${agent.name}-copy`, taken)));
    void navigate({ to: "/agents/$name", params: { name: NEW } });
  };
  const putBack = () =>
    save.mutate(
      { name: agent.name, yaml: agent.yaml },
      { onError: (error) => toast(`Not put back: ${error.message}`, { isError: true }) },
    );
  const drop = () =>
    remove.mutate(agent.name, {
      onSuccess: () => {
        setGone(true);
        toast(`${agent.name} is deleted. Its runs stay.`, { onUndo: putBack, seconds: 10 });
        void navigate({ to: "/agents" });
      },
      onError: (error) => toast(`Not deleted: ${error.message}`, { isError: true }),
    });
  return (
    <>
      <Button size="sm" icon={Copy} onClick={duplicate}>
        Duplicate
      </Button>
      {agent.version > 0 && (
        <Menu
          trigger={<IconButton icon={MoreHorizontal} label="More about this agent" />}
          items={[
            { label: "Delete", icon: Trash2, isDanger: true, isDisabled: isGone, onSelect: drop },
          ]}
        />
      )}
    </>
  );
}
