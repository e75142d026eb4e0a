/** All models: a table while none is open, a list beside the one that is. */

import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Cpu, Plus } from "lucide-react";
import { type ReactNode, useState } from "react";
import { may } from "@/api/me";
import { useIsNarrow } from "@/features/runs/use_narrow";
import { count } from "@/lib/format";
import { useListKeys } from "@/lib/use_list_keys";
import { Button, buttonClass } from "@/ui/button";
import { EmptyState, ErrorNote, Spinner } from "@/ui/notes";
import { ListDetail, PaneHeader } from "@/ui/panes";
import { NEW } from "./card_draft";
import { CatalogFilters } from "./catalog_filters";
import { nextSort, shownModels } from "./catalog_view";
import { ModelList } from "./model_list";
import { ModelTable } from "./model_table";
import { catalogQuery } from "./queries";
import type { CatalogItem } from "./types";
import { useReach } from "./use_reach";

export function CatalogPage() {
  const search = useSearch({ from: "/shell/models/catalog" });
  const { name: openName } = useParams({ strict: false });
  const navigate = useNavigate();
  const isNarrow = useIsNarrow();
  const [cursor, setCursor] = useState(0);
  const reach = useReach();
  const query = useQuery(catalogQuery);
  const all = query.data?.items ?? [];
  const items = shownModels(all, search, reach);
  const marked = isNarrow ? -1 : Math.min(cursor, items.length - 1);
  const index = openName === undefined ? marked : items.findIndex((item) => item.name === openName);

  const open = (item: CatalogItem | undefined, replace = false) => {
    if (item === undefined) return;
    setCursor(items.indexOf(item));
    void navigate({ to: "/models/$name", params: { name: item.name }, search, replace });
  };
  useListKeys({
    group: "Models",
    count: items.length,
    index,
    onMove: (next) => (openName === undefined ? setCursor(next) : open(items[next], true)),
    onOpen: (at) => open(items[at]),
    ...(openName === undefined ? {} : { onLeave: () => void navigate({ to: "/models", search }) }),
  });

  const isTable = openName === undefined && !isNarrow;
  const shared = { items, index, reach, onOpen: (item: CatalogItem) => open(item) };
  const sort = (column: string) =>
    void navigate({
      to: ".",
      search: (before) => ({ ...before, sort: nextSort(search.sort, column) }),
      replace: true,
    });
  const list = (
    <>
      <PaneHeader
        title="Models"
        aside={
          <span role="status" className="tabular text-12 text-ink-3">
            {query.data && shownWords(items.length, all.length)}
          </span>
        }
        actions={
          <Link
            to="/models/$name"
            params={{ name: NEW }}
            search={search}
            className={buttonClass("default", "sm")}
          >
            <Plus size={14} aria-hidden />
            Add a model
          </Link>
        }
      />
      <CatalogFilters search={search} items={all} isWide={isTable} />
      <Body query={query} isEmpty={items.length === 0} hasReach={reach.providers.size > 0}>
        {isTable ? (
          <ModelTable {...shared} sort={search.sort} onSort={sort} />
        ) : (
          <ModelList {...shared} />
        )}
      </Body>
    </>
  );
  if (isTable) return <div className="flex h-full min-w-0 flex-col">{list}</div>;
  return <ListDetail list={list} detail={<Outlet />} isDetailShown={openName !== undefined} />;
}

function shownWords(shown: number, all: number): string {
  return shown === all ? count(all) : `${count(shown)} of ${count(all)}`;
}

interface BodyProps {
  query: { isPending: boolean; error: Error | null; refetch: () => unknown };
  isEmpty: boolean;
  hasReach: boolean;
  children: ReactNode;
}

function Body({ query, isEmpty, hasReach, children }: BodyProps) {
  const navigate = useNavigate();
  const { usable } = useSearch({ from: "/shell/models/catalog" });
  if (query.isPending) return <Spinner label="Reading the catalog" />;
  if (query.error && isEmpty) {
    return (
      <ErrorNote
        className="m-4"
        title="The catalog could not be read"
        error={query.error}
        action={<Button onClick={() => query.refetch()}>Try again</Button>}
      />
    );
  }
  if (!isEmpty) return children;
  if (usable && !hasReach) {
    return (
      <EmptyState
        icon={Cpu}
        title="No provider is connected yet"
        action={
          may("providers:write") && (
            <Link
              to="/settings/$section"
              params={{ section: "models" }}
              className={buttonClass("primary")}
            >
              Add a provider
            </Link>
          )
        }
      >
        With a key of OpenAI, Anthropic, Google or another, or an Ollama on your own machine, the
        models that you can use are listed here.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={Cpu}
      title="No model matches"
      action={
        <Button onClick={() => navigate({ to: "/models", search: {} })}>Clear the filters</Button>
      }
    >
      Models are there, but none with all of these words and choices.
    </EmptyState>
  );
}
