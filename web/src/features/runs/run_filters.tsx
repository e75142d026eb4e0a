import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { clsx } from "clsx";
import { api } from "@/api/client";
import type { AgentSummary, Page } from "@/api/types";
import { Select } from "@/ui/field";
import { FilterText } from "@/ui/filter_text";
import { GROUPS, type RunFilter, readStatuses } from "./search";
import { Toggle } from "./timeline_tools";

/** The filters, which live in the address and nowhere else. */
export function RunFilters({ search, isWide }: { search: RunFilter; isWide: boolean }) {
  const navigate = useNavigate();
  const change = (changes: RunFilter) =>
    void navigate({
      to: ".",
      search: (before: RunFilter) => dropEmpty({ ...before, ...changes }),
      replace: true,
    });
  return (
    <div
      className={clsx(
        "flex shrink-0 flex-wrap items-center gap-2 border-b border-line px-4 py-2",
        !isWide && "max-md:px-3",
      )}
    >
      <FilterText
        group="Runs"
        label="Filter runs by text"
        placeholder="Filter by title or id"
        text={search.q ?? ""}
        onChange={(q) => change({ q })}
        className={isWide ? "w-72" : "w-full"}
      />
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset can't be a flexible row everywhere */}
      <div role="group" aria-label="Status" className="flex min-w-0 grow gap-1.5 overflow-x-auto">
        {GROUPS.map((group) => {
          const isOn = sameStatuses(search.status, group.status);
          return (
            <Toggle
              key={group.label}
              isOn={isOn}
              onChange={() => change({ status: isOn ? undefined : group.status })}
            >
              {group.label}
            </Toggle>
          );
        })}
      </div>
      <AgentChoice agent={search.agent} onChange={(agent) => change({ agent })} />
    </div>
  );
}

function sameStatuses(a: string | undefined, b: string): boolean {
  return readStatuses(a).join() === readStatuses(b).join();
}

function dropEmpty<T extends object>(values: T): T {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== ""),
  ) as T;
}

function AgentChoice(props: { agent: string | undefined; onChange: (name: string) => void }) {
  const { data } = useQuery({
    queryKey: ["agents", "list"],
    queryFn: ({ signal }) => api.get<Page<AgentSummary>>("/agents", undefined, signal),
  });
  const names = new Set((data?.items ?? []).map((agent) => agent.name));
  if (props.agent !== undefined) names.add(props.agent);
  return (
    <Select
      aria-label="Agent"
      value={props.agent ?? ""}
      onChange={({ target }) => props.onChange(target.value)}
      className="[&>select]:h-7 [&>select]:max-w-40 [&>select]:text-12"
    >
      <option value="">All agents</option>
      {[...names].map((name) => (
        <option key={name}>{name}</option>
      ))}
    </Select>
  );
}
