import type { QueryClient } from "@tanstack/react-query";
import {
  createRoute,
  createRouter,
  lazyRouteComponent,
  parseSearchWith,
  redirect,
  stringifySearchWith,
} from "@tanstack/react-router";
import { Problem } from "@/api/client";
import { meQuery } from "@/api/me";
import { SETTINGS_SEARCH } from "@/features/settings/search_names";
import { SEARCH_NAMES } from "@/features/usage/search_names";
import { Spinner } from "@/ui/notes";
import { CrashPage } from "./crash_page";
import { entrances } from "./entrances";
import { MissingPage, root } from "./root";
import { texts } from "./search";
import { Shell } from "./shell";

const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  component: Shell,
  beforeLoad: async ({ context, location }) => {
    await context.queries.ensureQueryData(meQuery).catch((error: unknown) => {
      const search = location.href === "/" ? {} : { back: location.href };
      if (error instanceof Problem && error.status === 401)
        throw redirect({ to: "/signin", search });
      throw error;
    });
  },
});

const chat = createRoute({
  getParentRoute: () => shell,
  id: "chat",
  component: lazyRouteComponent(() => import("@/features/chat/chat_page"), "ChatPage"),
});

const home = createRoute({
  getParentRoute: () => chat,
  path: "/",
  component: lazyRouteComponent(() => import("@/features/home/home_page"), "HomePage"),
});

/** The same beginning by its own address: on a phone the first page is the list. */
const fresh = createRoute({
  getParentRoute: () => chat,
  path: "/chat/new",
  component: lazyRouteComponent(() => import("@/features/home/home_page"), "HomePage"),
});

const conversation = createRoute({
  getParentRoute: () => chat,
  path: "/chat/$id",
  component: lazyRouteComponent(
    () => import("@/features/chat/conversation_page"),
    "ConversationPage",
  ),
});

const runs = createRoute({
  getParentRoute: () => shell,
  path: "/runs",
  validateSearch: texts("status", "agent", "q", "columns", "session_id", "sort"),
  component: lazyRouteComponent(() => import("@/features/runs/runs_page"), "RunsPage"),
});

const run = createRoute({
  getParentRoute: () => runs,
  path: "/$id",
  validateSearch: texts("step", "tab"),
  component: lazyRouteComponent(() => import("@/features/runs/run_page"), "RunPage"),
});

const compare = createRoute({
  getParentRoute: () => shell,
  path: "/runs/compare",
  validateSearch: texts("a", "b"),
  component: lazyRouteComponent(() => import("@/features/runs/compare_page"), "ComparePage"),
});

const approvals = createRoute({
  getParentRoute: () => shell,
  path: "/approvals",
  validateSearch: texts("status", "id"),
  component: lazyRouteComponent(
    () => import("@/features/approvals/approvals_page"),
    "ApprovalsPage",
  ),
});

const agents = createRoute({
  getParentRoute: () => shell,
  path: "/agents",
  validateSearch: texts("q"),
  component: lazyRouteComponent(() => import("@/features/agents/agents_page"), "AgentsPage"),
});

const agent = createRoute({
  getParentRoute: () => agents,
  path: "/$name",
  validateSearch: texts("tab", "version"),
  component: lazyRouteComponent(() => import("@/features/agents/agent_page"), "AgentPage"),
});

const modelsPages = () => import("@/features/models/pages");

const models = createRoute({
  getParentRoute: () => shell,
  path: "/models",
  component: lazyRouteComponent(modelsPages, "ModelsPage"),
});

const catalog = createRoute({
  getParentRoute: () => models,
  id: "catalog",
  validateSearch: texts("q", "provider", "capability", "status", "usable", "sort"),
  component: lazyRouteComponent(modelsPages, "CatalogPage"),
});

/** Without a model open, so that the address of the list is the room's own. */
const catalogHome = createRoute({ getParentRoute: () => catalog, path: "/" });

const model = createRoute({
  getParentRoute: () => catalog,
  path: "$name",
  component: lazyRouteComponent(modelsPages, "ModelPage"),
});

const capabilities = createRoute({
  getParentRoute: () => models,
  path: "capabilities",
  validateSearch: texts("retired"),
  component: lazyRouteComponent(modelsPages, "CapabilitiesPage"),
});

const recommend = createRoute({
  getParentRoute: () => models,
  path: "recommend",
  validateSearch: texts("task"),
  component: lazyRouteComponent(modelsPages, "RecommendPage"),
});

const modelRoutes = createRoute({
  getParentRoute: () => models,
  path: "routes",
  component: lazyRouteComponent(modelsPages, "RoutesPage"),
});

const modelRoute = createRoute({
  getParentRoute: () => modelRoutes,
  path: "$route",
  validateSearch: texts("tab", "version"),
  component: lazyRouteComponent(modelsPages, "RoutePage"),
});

const modelHealth = createRoute({
  getParentRoute: () => models,
  path: "health",
  validateSearch: texts("open", "period"),
  component: lazyRouteComponent(modelsPages, "HealthPage"),
});

const prices = createRoute({
  getParentRoute: () => models,
  path: "prices",
  component: lazyRouteComponent(modelsPages, "PricesPage"),
});

const usage = createRoute({
  getParentRoute: () => shell,
  path: "/usage",
  validateSearch: texts(...SEARCH_NAMES),
  component: lazyRouteComponent(() => import("@/features/usage/usage_page"), "UsagePage"),
});

const usageTab = createRoute({ getParentRoute: () => usage, path: "$tab" });

const settings = createRoute({
  getParentRoute: () => shell,
  path: "/settings",
  validateSearch: texts(...SETTINGS_SEARCH),
  component: lazyRouteComponent(() => import("@/features/settings/settings_page"), "SettingsPage"),
});

const account = createRoute({
  getParentRoute: () => shell,
  path: "/account",
  component: lazyRouteComponent(() => import("@/features/account/account_page"), "AccountPage"),
});

const accountSection = createRoute({ getParentRoute: () => account, path: "$section" });

const settingsSection = createRoute({ getParentRoute: () => settings, path: "$section" });

const tree = root.addChildren([
  ...entrances,
  shell.addChildren([
    chat.addChildren([home, fresh, conversation]),
    runs.addChildren([run]),
    compare,
    approvals,
    agents.addChildren([agent]),
    models.addChildren([
      catalog.addChildren([catalogHome, model]),
      capabilities,
      recommend,
      modelRoutes.addChildren([modelRoute]),
      modelHealth,
      prices,
    ]),
    usage.addChildren([usageTab]),
    account.addChildren([accountSection]),
    settings.addChildren([settingsSection]),
  ]),
]);

export function newRouter(queries: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queries },
    defaultPreload: "intent",
    defaultPendingMs: 300,
    defaultPendingComponent: Spinner,
    defaultErrorComponent: CrashPage,
    defaultNotFoundComponent: MissingPage,
    parseSearch: parseSearchWith((value) => value),
    stringifySearch: stringifySearchWith(String),
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof newRouter>;
  }
}
