import { Link, useLocation } from "@tanstack/react-router";
import { clsx } from "clsx";
import { ChevronUp, CircleUser, Ellipsis } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { usePendingCount } from "@/api/approvals";
import { ROOMS } from "./rooms";

/** As many as a thumb finds on a narrow phone; the other rooms are behind "More". */
const SHOWN = ROOMS.slice(0, 4);
const OTHERS = [
  ...ROOMS.slice(4),
  { to: "/account", name: "Account", icon: CircleUser, covers: /^\/account/ },
] as const;

export default function BottomTabs() {
  const { pathname } = useLocation();
  const pending = usePendingCount();
  return (
    <nav
      aria-label="Rooms"
      className="relative flex shrink-0 border-t border-line bg-canvas pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {SHOWN.map(({ to, name, icon: Icon, covers }) => {
        const isHere = covers.test(pathname);
        return (
          <Link
            key={to}
            to={to}
            aria-current={isHere ? "page" : undefined}
            className={tabClass(isHere)}
          >
            <Icon size={18} strokeWidth={isHere ? 2 : 1.75} aria-hidden />
            {name}
            {to === "/approvals" && pending > 0 && (
              <span className="tabular absolute top-1 left-1/2 ml-1.5 grid h-4 min-w-4 place-items-center rounded-full bg-accent px-1 text-11 font-medium text-accent-ink">
                {pending}
                <span className="sr-only"> waiting</span>
              </span>
            )}
          </Link>
        );
      })}
      <More key={pathname} />
    </nav>
  );
}

function tabClass(isHere: boolean): string {
  return clsx(
    "relative flex h-13 min-w-0 flex-1 flex-col items-center justify-center gap-1 text-11 outline-offset-[-2px]",
    isHere ? "font-medium text-ink" : "text-ink-3",
  );
}

/** Closed by a choice, by a touch anywhere else, and by Escape. */
function More() {
  const [isOpen, setOpen] = useState(false);
  const { pathname } = useLocation();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    const leave = (event: Event) => {
      const isInside = event.target instanceof Node && box.current?.contains(event.target);
      if (event instanceof KeyboardEvent ? event.key === "Escape" : !isInside) setOpen(false);
    };
    document.addEventListener("pointerdown", leave);
    document.addEventListener("keydown", leave);
    return () => {
      document.removeEventListener("pointerdown", leave);
      document.removeEventListener("keydown", leave);
    };
  }, [isOpen]);
  const here = OTHERS.find(({ covers }) => covers.test(pathname));
  const Icon = here?.icon ?? Ellipsis;
  return (
    <div ref={box} className="flex min-w-0 flex-1">
      <button
        type="button"
        aria-expanded={isOpen}
        aria-label={here === undefined ? "More rooms" : `${here.name}, more rooms`}
        onClick={() => setOpen(!isOpen)}
        className={tabClass(here !== undefined)}
      >
        <Icon size={18} strokeWidth={here ? 2 : 1.75} aria-hidden />
        <span className="flex items-center gap-0.5">
          {here?.name ?? "More"}
          {here && <ChevronUp size={10} aria-hidden />}
        </span>
      </button>
      {isOpen && (
        <ul className="appear absolute right-2 bottom-full z-50 mb-2 min-w-44 rounded-lg bg-raised p-1 shadow-float">
          {OTHERS.map(({ to, name, icon: Room }) => (
            <li key={to}>
              <Link
                to={to}
                aria-current={name === here?.name ? "page" : undefined}
                onClick={() => setOpen(false)}
                className={clsx(
                  "flex h-11 items-center gap-3 rounded-md px-3 text-14",
                  name === here?.name ? "bg-active font-medium" : "text-ink-2",
                )}
              >
                <Room size={18} strokeWidth={1.75} aria-hidden />
                {name}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
