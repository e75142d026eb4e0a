/** One route: its text, what it would do, what it would have done, its history. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Copy, MoreHorizontal, Trash2, Undo2 } from "lucide-react";
import { freeName, renamed } from "@/features/definitions/yaml";
import { Button, IconButton } from "@/ui/button";
import { ErrorNote, Spinner } from "@/ui/notes";
import { PaneHeader } from "@/ui/panes";
import { Menu } from "@/ui/popover";
import { Badge } from "@/ui/status";
import { Tabs } from "@/ui/tabs";
import { toast } from "@/ui/toast";
import { useChange } from "./queries";
import { RouteDryRun } from "./route_dry_run";
import { RouteEditor } from "./route_editor";
import { RouteExplain } from "./route_explain";
import { RouteHistory } from "./route_history";
import { deleteRoute, putRoute, routeQuery, routesQuery } from "./route_queries";
import { EXAMPLE, NEW } from "./route_text";
import type { RouteDetail } from "./types";
import { keepRouteDraft, useRouteDraft } from "./use_route_draft";

export function RoutePage() {
  const { route } = useParams({ from: "/shell/models/routes/$route" });
  return route === NEW ? <NewRoute /> : <KnownRoute key={route} name={route} />;
}

function useBack() {
  const navigate = useNavigate();
  return () => void navigate({ to: "/models/routes" });
}

function NewRoute() {
  const routes = useQuery(routesQuery);
  const onBack = useBack();
  if (routes.isPending) return <Spinner />;
  const taken = routes.data?.items.map(({ name }) => name) ?? [];
  return (
    <>
      <PaneHeader
        title="New route"
        onBack={onBack}
        aside={<Badge tone="accent">not saved yet</Badge>}
      />
      <Workbench route={null} start={renamed(EXAMPLE, freeName("thrifty", taken))} />
    </>
  );
}

function KnownRoute({ name }: { name: string }) {
  const onBack = useBack();
  const { data: route, error, refetch } = useQuery(routeQuery(name));
  if (route === undefined) {
    if (error === null) return <Spinner label="Reading the route" />;
    return (
      <>
        <PaneHeader title={name} onBack={onBack} />
        <ErrorNote
          className="m-4"
          title="This route could not be read"
          error={error}
          action={<Button onClick={() => refetch()}>Try again</Button>}
        />
      </>
    );
  }
  return (
    <>
      <PaneHeader
        title={route.name}
        onBack={onBack}
        aside={<Badge>{route.version > 0 ? `version ${route.version}` : "ships with cadre"}</Badge>}
        actions={<Actions route={route} />}
      />
      <Workbench key={route.version} route={route} start={route.yaml} />
    </>
  );
}

/** What is typed is what is explained and tried: saving comes last. */
function Workbench({ route, start }: { route: RouteDetail | null; start: string }) {
  const { tab = "definition" } = useSearch({ from: "/shell/models/routes/$route" });
  const navigate = useNavigate();
  const draft = useRouteDraft(route?.name ?? NEW, start);
  const tabs = [
    {
      id: "definition",
      label: "Definition",
      content: <RouteEditor route={route} draft={draft} />,
    },
    { id: "explain", label: "Explain", content: <RouteExplain draft={draft} /> },
    { id: "dry-run", label: "Dry run", content: <RouteDryRun draft={draft} /> },
    ...(route === null
      ? []
      : [{ id: "history", label: "History", content: <RouteHistory route={route} /> }]),
  ];
  return (
    <Tabs
      label="The route"
      className="grow"
      value={tabs.some(({ id }) => id === tab) ? tab : "definition"}
      onChange={(next) =>
        void navigate({
          to: ".",
          search: { tab: next === "definition" ? undefined : next },
          replace: true,
        })
      }
      tabs={tabs}
    />
  );
}

function Actions({ route }: { route: RouteDetail }) {
  const navigate = useNavigate();
  const routes = useQuery(routesQuery).data;
  const remove = useChange(deleteRoute);
  const save = useChange(putRoute);
  const duplicate = () => {
    const taken = routes?.items.map(({ name }) => name) ?? [];
    keepRouteDraft(NEW, renamed(route.yaml, freeName(`${route.name}-copy`, taken)));
    void navigate({ to: "/models/routes/$route", params: { route: NEW } });
  };
  const drop = () => {
    const { name, yaml, is_shipped } = route;
    if (!is_shipped) void navigate({ to: "/models/routes" });
    remove.mutate(name, {
      onSuccess: () =>
        toast(
          is_shipped
            ? `${name} is again as it ships.`
            : `${name} is deleted: a call that names it is refused.`,
          { onUndo: () => save.mutate({ name, yaml }), seconds: 10 },
        ),
      onError: (error) => toast(`Not deleted: ${error.message}`, { isError: true }),
    });
  };
  return (
    <>
      <Button size="sm" icon={Copy} onClick={duplicate}>
        Duplicate
      </Button>
      {route.version > 0 && (
        <Menu
          trigger={<IconButton icon={MoreHorizontal} label="More about this route" />}
          items={[
            route.is_shipped
              ? { label: "Back to how it ships", icon: Undo2, onSelect: drop }
              : { label: "Delete", icon: Trash2, isDanger: true, onSelect: drop },
          ]}
        />
      )}
    </>
  );
}
