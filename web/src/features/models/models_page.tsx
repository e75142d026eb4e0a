/** Models: what can be asked, how calls are routed, how providers do, what it all costs. */
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { clsx } from "clsx";

const TABS = [
  { to: "/models", label: "Models", isHere: (path: string) => !OTHERS.test(path) },
  { to: "/models/routes", label: "Routes", isHere: under("routes") },
  { to: "/models/health", label: "Health", isHere: under("health") },
  { to: "/models/prices", label: "Prices", isHere: under("prices") },
  { to: "/models/capabilities", label: "Capabilities", isHere: under("capabilities") },
  { to: "/models/recommend", label: "Recommend", isHere: under("recommend") },
] as const;

const OTHERS = /^\/models\/(routes|health|prices|capabilities|recommend)(\/|$)/;

function under(tab: string) {
  return (path: string) => path.split("/")[2] === tab;
}

export function ModelsPage() {
  const { pathname } = useLocation();
  return (
    <div className="flex h-full min-w-0 flex-col">
      <nav
        aria-label="Models"
        className="flex shrink-0 gap-4 overflow-x-auto border-b border-line px-4 pt-1.5"
      >
        {TABS.map(({ to, label, isHere }) => (
          <Link
            key={to}
            to={to}
            aria-current={isHere(pathname) ? "page" : undefined}
            className={clsx(
              "-mb-px flex h-9 shrink-0 items-center border-b-2 outline-offset-[-2px] transition-colors duration-120",
              isHere(pathname)
                ? "border-accent-line font-medium text-ink"
                : "border-transparent text-ink-2 hover:text-ink",
            )}
          >
            {label}
          </Link>
        ))}
      </nav>
      <div className="min-h-0 min-w-0 grow">
        <Outlet />
      </div>
    </div>
  );
}
