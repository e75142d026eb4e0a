/** All agents, beside the one that is open. */
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Bot, Plus } from "lucide-react";
import type { ReactNode } from "react";
import type { AgentSummary } from "@/api/types";
import { useListKeys } from "@/lib/use_list_keys";
import { Button, buttonClass, IconButton } from "@/ui/button";
import { Input } from "@/ui/field";
import { EmptyState, ErrorNote, Spinner } from "@/ui/notes";
import { ListDetail, PaneHeader, rowClass } from "@/ui/panes";
import { Badge } from "@/ui/status";
import { VirtualList } from "@/ui/virtual_list";
import { NEW } from "./example";
import { agentsQuery } from "./queries";

export function AgentsPage() {
  const { q = "" } = useSearch({ from: "/shell/agents" });
  const { name } = useParams({ strict: false });
  const navigate = useNavigate();
  const query = useQuery(agentsQuery);
  const all = query.data?.items ?? [];
  const shown = all.filter((agent) => isAbout(agent, q));
  const index = shown.findIndex((agent) => agent.name === name);
  const open = (agent: AgentSummary | undefined) => {
    if (agent) void navigate({ to: "/agents/$name", params: { name: agent.name }, search: { q } });
  };
  useListKeys({
    group: "Agents",
    count: shown.length,
    index,
    onMove: (next) => open(shown[next]),
    onOpen: (at) => open(shown[at]),
  });
  return (
    <ListDetail
      isDetailShown={name !== undefined}
      list={
        <>
          <PaneHeader
            title="Agents"
            aside={<span className="tabular text-12 text-ink-3">{query.data && all.length}</span>}
            actions={
              <IconButton
                icon={Plus}
                label="New agent"
                onClick={() => navigate({ to: "/agents/$name", params: { name: NEW } })}
              />
            }
          />
          <div className="shrink-0 border-b border-line px-4 py-2">
            <Input
              type="search"
              aria-label="Filter agents"
              placeholder="Filter by name, tool or model"
              value={q}
              onChange={({ target }) =>
                navigate({
                  to: ".",
                  search: (s) => ({ ...s, q: target.value || undefined }),
                  replace: true,
                })
              }
              className="h-7! max-md:h-9!"
            />
          </div>
          <Body query={query} agents={shown} q={q} index={index} />
        </>
      }
      detail={name === undefined ? <Welcome /> : <Outlet />}
    />
  );
}

function isAbout(agent: AgentSummary, q: string): boolean {
  const words = [agent.name, agent.description, agent.model, ...agent.tools]
    .join(" ")
    .toLowerCase();
  return words.includes(q.trim().toLowerCase());
}

interface BodyProps {
  query: { isPending: boolean; error: Error | null; refetch: () => unknown };
  agents: AgentSummary[];
  q: string;
  index: number;
}

function Body({ query, agents, q, index }: BodyProps): ReactNode {
  if (query.isPending) return <Spinner label="Reading the agents" />;
  if (query.error && agents.length === 0) {
    return (
      <ErrorNote
        className="m-4"
        title="The agents could not be read"
        error={query.error}
        action={<Button onClick={() => query.refetch()}>Try again</Button>}
      />
    );
  }
  if (agents.length === 0) {
    return (
      <EmptyState icon={Bot} title="No agent matches">
        None has “{q}” in its name, description, model or tools.
      </EmptyState>
    );
  }
  return (
    <VirtualList
      label="Agents"
      items={agents}
      rowHeight={52}
      keyOf={(agent) => agent.name}
      activeIndex={index}
    >
      {(agent, at) => (
        <Link
          to="/agents/$name"
          params={{ name: agent.name }}
          search={q ? { q } : {}}
          aria-current={at === index ? "true" : undefined}
          className={rowClass({ isActive: at === index, className: "h-full items-center gap-3" })}
        >
          <span className="min-w-0 grow">
            <span className="flex items-center gap-2">
              <span className="truncate font-medium text-ink">{agent.name}</span>
              {agent.builtin && <Badge>ships with cadre</Badge>}
            </span>
            <span className="block truncate text-12 text-ink-3">{agent.description}</span>
          </span>
          <span className="tabular shrink-0 text-12 text-ink-3">
            {agent.tools.length} tools{agent.version > 0 && ` · v${agent.version}`}
          </span>
        </Link>
      )}
    </VirtualList>
  );
}

function Welcome() {
  return (
    <EmptyState
      icon={Bot}
      title="An agent is a few lines of YAML"
      action={
        <Link to="/agents/$name" params={{ name: NEW }} className={buttonClass("primary")}>
          Start from a working example
        </Link>
      }
    >
      What it is for, what it may use, what it may spend. Open one to read it, try it, or make your
      own from it. Every save is a version that you can go back to.
    </EmptyState>
  );
}
