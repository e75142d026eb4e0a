/** Routes: virtual models, one's own and the ready ones, beside the one that is open. */
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useParams } from "@tanstack/react-router";
import { Plus, Route as RouteIcon, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { ago } from "@/lib/format";
import { useListKeys } from "@/lib/use_list_keys";
import { Button, buttonClass, IconButton } from "@/ui/button";
import { CodeBlock } from "@/ui/code_block";
import { ErrorNote, Spinner } from "@/ui/notes";
import { ListDetail, PaneHeader, rowClass } from "@/ui/panes";
import { routesQuery } from "./route_queries";
import { EXAMPLE, NEW } from "./route_text";
import type { RouteInfo } from "./types";

export function RoutesPage() {
  const { route: openName } = useParams({ strict: false });
  const navigate = useNavigate();
  const query = useQuery(routesQuery);
  const all = query.data?.items ?? [];
  const own = all.filter(({ version }) => version > 0);
  const ready = all.filter(({ version }) => version === 0);
  const shown = [...own, ...ready];
  const index = shown.findIndex(({ name }) => name === openName);
  const open = (route: string | undefined) => {
    if (route) void navigate({ to: "/models/routes/$route", params: { route } });
  };
  useListKeys({
    group: "Routes",
    count: shown.length,
    index,
    onMove: (next) => open(shown[next]?.name),
    onOpen: (at) => open(shown[at]?.name),
    ...(openName === undefined ? {} : { onLeave: () => void navigate({ to: "/models/routes" }) }),
  });
  return (
    <ListDetail
      isDetailShown={openName !== undefined}
      list={
        <>
          <PaneHeader
            title="Routes"
            aside={<span className="tabular text-12 text-ink-3">{query.data && all.length}</span>}
            actions={<IconButton icon={Plus} label="New route" onClick={() => open(NEW)} />}
          />
          <div className="pane grow">
            {query.isPending && <Spinner label="Reading the routes" />}
            {query.error && all.length === 0 && (
              <ErrorNote
                className="m-4"
                title="The routes could not be read"
                error={query.error}
                action={<Button onClick={() => query.refetch()}>Try again</Button>}
              />
            )}
            {query.data && (
              <>
                <Group title="Your own" routes={own} openName={openName}>
                  {own.length === 0 && <NoOwn />}
                </Group>
                <Group title="Ready to use" routes={ready} openName={openName} />
              </>
            )}
          </div>
        </>
      }
      detail={openName === undefined ? <Welcome /> : <Outlet />}
    />
  );
}

interface GroupProps {
  title: string;
  routes: RouteInfo[];
  openName: string | undefined;
  children?: ReactNode;
}

function Group({ title, routes, openName, children }: GroupProps) {
  return (
    <section aria-label={title}>
      <h2 className="border-b border-line bg-canvas px-4 py-1.5 text-12 font-medium text-ink-3">
        {title}
      </h2>
      {children}
      <ul aria-label={title}>
        {routes.map((route) => (
          <li key={route.name}>
            <Row route={route} isActive={route.name === openName} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Row({ route, isActive }: { route: RouteInfo; isActive: boolean }) {
  return (
    <Link
      to="/models/routes/$route"
      params={{ route: route.name }}
      aria-current={isActive ? "true" : undefined}
      className={rowClass({ isActive, className: "h-13 items-center gap-3" })}
    >
      <span className="min-w-0 grow">
        <span className="flex items-center gap-2">
          <span className="truncate font-medium text-ink">{route.name}</span>
          {route.version > 0 && route.is_shipped && (
            <span className="shrink-0 text-12 text-ink-3">changed by you</span>
          )}
        </span>
        {route.problem === null ? (
          <span className="block truncate text-12 text-ink-3">{route.description}</span>
        ) : (
          <span className="flex min-w-0 items-center gap-1 text-12 text-bad">
            <TriangleAlert size={12} aria-hidden className="shrink-0" />
            <span className="truncate">{route.problem}</span>
          </span>
        )}
      </span>
      {route.version > 0 && (
        <span className="tabular shrink-0 text-right text-12 text-ink-3">
          v{route.version}
          <span className="block">{route.updated_at !== null && ago(route.updated_at)}</span>
        </span>
      )}
    </Link>
  );
}

function NoOwn() {
  return (
    <div className="border-b border-line px-4 py-3 text-ink-2">
      <p>
        None yet. A route is a name that stands for a choice: which model answers, for which kind of
        call, and who stands in.
      </p>
      <Link
        to="/models/routes/$route"
        params={{ route: NEW }}
        className={`${buttonClass("default", "sm")} mt-2`}
      >
        Start from a working example
      </Link>
    </div>
  );
}

function Welcome() {
  return (
    <div className="pane mx-auto w-full max-w-150 grow px-6 py-10">
      <RouteIcon size={24} strokeWidth={1.5} aria-hidden className="mb-3 text-ink-3" />
      <h2 className="text-14 font-medium">A route is a model that chooses</h2>
      <p className="mt-1 mb-4 text-ink-2">
        Agents and clients ask for <code className="text-12">auto</code>,{" "}
        <code className="text-12">cheap</code> or a name of yours. The rules are read from above;
        the first that holds and has a model that can answer decides. If that one fails before it
        says a word, the next one is asked. Like this:
      </p>
      <CodeBlock code={EXAMPLE} language="yaml" title="thrifty.yaml" />
      <Link
        to="/models/routes/$route"
        params={{ route: NEW }}
        className={`${buttonClass("primary")} mt-4`}
      >
        Start from this example
      </Link>
    </div>
  );
}
