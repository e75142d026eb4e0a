/** Usage: what was spent, on what, by whom; what may be spent; what would cost less. */
import { Link, useParams } from "@tanstack/react-router";
import { clsx } from "clsx";
import { type ComponentType, lazy, Suspense } from "react";
import { Spinner } from "@/ui/notes";
import { PaneHeader } from "@/ui/panes";
import { SpanChoice } from "./span_choice";
import { useUsageSearch } from "./usage_search";

interface Tab {
  id: string | undefined;
  label: string;
  Content: ComponentType;
  hasSpan: boolean;
}

const TABS: Tab[] = [
  {
    id: undefined,
    label: "Spend",
    Content: lazy(() => import("./spend_tab")),
    hasSpan: true,
  },
  { id: "calls", label: "Calls", Content: lazy(() => import("./calls_tab")), hasSpan: true },
  { id: "budgets", label: "Budgets", Content: lazy(() => import("./budgets_tab")), hasSpan: false },
  { id: "advice", label: "Advice", Content: lazy(() => import("./advice_tab")), hasSpan: true },
];

export function UsagePage() {
  const { tab } = useParams({ strict: false });
  const shown = TABS.find(({ id }) => id === tab) ?? (TABS[0] as Tab);
  return (
    <div className="flex h-full min-w-0 flex-col">
      <PaneHeader title="Usage" actions={shown.hasSpan && <SpanChoice />} />
      <TabLinks shown={shown} />
      <Suspense fallback={<Spinner label="Reading the page" />}>
        <shown.Content />
      </Suspense>
    </div>
  );
}

/** Time and filters go along from tab to tab: the same calls, looked at otherwise. */
function TabLinks({ shown }: { shown: Tab }) {
  const { search } = useUsageSearch();
  const { call, at, budget, columns, ...kept } = search;
  return (
    <nav
      aria-label="Usage"
      className="flex shrink-0 gap-4 overflow-x-auto border-b border-line px-4"
    >
      {TABS.map(({ id, label }) => {
        const isHere = shown.id === id;
        const to = id
          ? ({ to: "/usage/$tab", params: { tab: id } } as const)
          : ({ to: "/usage" } as const);
        return (
          <Link
            key={label}
            {...to}
            search={kept}
            aria-current={isHere ? "page" : undefined}
            className={clsx(
              "-mb-px flex h-9 shrink-0 items-center border-b-2 text-13 outline-offset-[-2px] transition-colors duration-120 hover:text-ink",
              isHere ? "border-accent-line font-medium text-ink" : "border-transparent text-ink-2",
            )}
          >
            {label}
          </Link>
        );
      })}
    </nav>
  );
}
