/** A page of parts: the parts in a list, and one of them beside it; on a phone one of the two. */
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { clsx } from "clsx";
import { ChevronRight } from "lucide-react";
import { type ComponentType, type ReactNode, Suspense } from "react";
import { Spinner } from "@/ui/notes";
import { PaneHeader } from "@/ui/panes";

export interface Part {
  /** As in its address. */
  id: string;
  label: string;
  group?: string;
  /** It fills its pane and scrolls by itself. */
  isFull?: boolean;
  Content: ComponentType;
}

interface Props {
  title: string;
  base: "/settings" | "/account";
  /** Those that this person may open. */
  parts: readonly Part[];
  /** Above the list, and below it. */
  head?: ReactNode;
  foot?: ReactNode;
}

export function PartedPage({ title, base, parts, head, foot }: Props) {
  const { section } = useParams({ strict: false });
  const navigate = useNavigate();
  const shown = parts.find(({ id }) => section === undefined || id === section);
  const isFull = shown?.isFull ?? false;
  return (
    <div className="flex h-full min-w-0">
      <div
        className={clsx(
          "flex min-h-0 flex-col border-line max-md:w-full md:w-56 md:shrink-0 md:border-r",
          section !== undefined && "max-md:hidden",
        )}
      >
        <PaneHeader title={title} />
        <nav aria-label={title} className="pane grow py-2">
          {head}
          {grouped(parts).map(([group, own]) => (
            <section key={group} className="px-2 pb-3">
              {group && <h2 className="px-2 py-1 text-11 font-medium text-ink-3">{group}</h2>}
              {own.map((part) => (
                <PartLink key={part.id} part={part} base={base} isShown={part === shown} />
              ))}
            </section>
          ))}
          {foot}
        </nav>
      </div>
      <div
        className={clsx(
          "flex min-h-0 min-w-0 grow flex-col",
          section === undefined && "max-md:hidden",
        )}
      >
        <PaneHeader title={shown?.label ?? title} onBack={() => void navigate({ to: base })} />
        <div className={isFull ? "flex min-h-0 grow flex-col" : "pane grow"}>
          <div className={isFull ? "contents" : "max-w-240"}>
            <Suspense fallback={<Spinner label="Reading the page" />}>
              {shown ? <shown.Content /> : <NotOffered />}
            </Suspense>
          </div>
        </div>
      </div>
    </div>
  );
}

function NotOffered() {
  return (
    <p className="p-4 text-ink-2">
      There is no such part, or you may not see it. Whoever manages your organisation can give you
      the role for it.
    </p>
  );
}

/** Groups in the order in which they are met. */
function grouped(parts: readonly Part[]): [string, Part[]][] {
  const groups = new Map<string, Part[]>();
  for (const each of parts) {
    const group = each.group ?? "";
    groups.set(group, [...(groups.get(group) ?? []), each]);
  }
  return [...groups];
}

interface LinkProps {
  part: Part;
  base: Props["base"];
  isShown: boolean;
}

function PartLink({ part: { id, label }, base, isShown }: LinkProps) {
  return (
    <Link
      to={`${base}/$section`}
      params={{ section: id }}
      aria-current={isShown ? "page" : undefined}
      className={clsx(
        "flex h-7 items-center rounded-md px-2 transition-colors duration-120 max-md:h-11 max-md:text-14",
        isShown
          ? "font-medium md:bg-active md:text-ink"
          : "text-ink-2 hover:bg-hover hover:text-ink",
      )}
    >
      <span className="grow">{label}</span>
      <ChevronRight size={14} aria-hidden className="text-ink-3 md:hidden" />
    </Link>
  );
}
