/** Settings: the parts in groups, and one of them beside the list; on a phone one of the two. */
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { clsx } from "clsx";
import { ChevronRight } from "lucide-react";
import { Suspense } from "react";
import { useMe } from "@/api/me";
import { Spinner } from "@/ui/notes";
import { PaneHeader } from "@/ui/panes";
import { FIRST, grouped, offered, SECTIONS, type SettingsSection } from "./sections";

export function SettingsPage() {
  const { section } = useParams({ strict: false });
  const navigate = useNavigate();
  const shown = useOffered().find(({ id }) => id === section) ?? FIRST;
  return (
    <div className="flex h-full min-w-0">
      <div
        className={clsx(
          "flex min-h-0 flex-col border-line max-md:w-full md:w-56 md:shrink-0 md:border-r",
          section !== undefined && "max-md:hidden",
        )}
      >
        <PaneHeader title="Settings" />
        <SectionList shown={shown.id} />
      </div>
      <div
        className={clsx(
          "flex min-h-0 min-w-0 grow flex-col",
          section === undefined && "max-md:hidden",
        )}
      >
        <PaneHeader title={shown.label} onBack={() => void navigate({ to: "/settings" })} />
        <div className={shown.isFull ? "flex min-h-0 grow flex-col" : "pane grow"}>
          <div className={shown.isFull ? "contents" : "max-w-240"}>
            <Suspense fallback={<Spinner label="Reading the page" />}>
              <shown.Content />
            </Suspense>
          </div>
        </div>
      </div>
    </div>
  );
}

const HOME = "org_default";

function useOffered(): SettingsSection[] {
  return offered(SECTIONS, useMe().org.id === HOME);
}

function SectionList({ shown }: { shown: string }) {
  return (
    <nav aria-label="Settings" className="pane grow py-2">
      {grouped(useOffered()).map(([group, sections]) => (
        <section key={group} className="px-2 pb-3">
          <h2 className="px-2 py-1 text-11 font-medium text-ink-3">{group}</h2>
          {sections.map(({ id, label }) => (
            <Link
              key={id}
              to="/settings/$section"
              params={{ section: id }}
              aria-current={id === shown ? "page" : undefined}
              className={clsx(
                "flex h-7 items-center rounded-md px-2 transition-colors duration-120 max-md:h-11 max-md:text-14",
                id === shown
                  ? "font-medium md:bg-active md:text-ink"
                  : "text-ink-2 hover:bg-hover hover:text-ink",
              )}
            >
              <span className="grow">{label}</span>
              <ChevronRight size={14} aria-hidden className="text-ink-3 md:hidden" />
            </Link>
          ))}
        </section>
      ))}
    </nav>
  );
}
