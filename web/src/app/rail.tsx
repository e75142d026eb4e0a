import { Link, useLocation } from "@tanstack/react-router";
import { clsx } from "clsx";
import { CircleHelp, Search } from "lucide-react";
import { lazy, Suspense } from "react";
import { usePendingCount } from "@/api/approvals";
import { useMe } from "@/api/me";
import { IconButton } from "@/ui/button";
import { Kbd } from "@/ui/kbd";
import { Mark } from "@/ui/mark";
import { ROOMS } from "./rooms";

const Product = lazy(() => import("@/features/organisation/product"));
const PersonButton = lazy(() => import("@/features/account/person_button"));

interface Props {
  onSearch: () => void;
  onHelp: () => void;
}

export function Rail({ onSearch, onHelp }: Props) {
  const me = useMe();
  return (
    <aside
      aria-label="Rail"
      className="flex w-52 shrink-0 flex-col border-r border-line bg-canvas max-md:hidden"
    >
      <Link to="/" className="flex h-11 items-center gap-2 px-3 outline-offset-[-2px]">
        <Suspense fallback={<Mark />}>
          <Product />
        </Suspense>
        <span className="ml-auto min-w-0 truncate text-12 text-ink-3">{me.org.name}</span>
      </Link>
      <div className="px-2 pb-2">
        <button
          type="button"
          onClick={onSearch}
          className="flex h-8 w-full items-center gap-2 rounded-md border border-line bg-surface pr-1.5 pl-2 text-ink-3 transition-colors duration-120 hover:border-line-strong"
        >
          <Search size={14} aria-hidden />
          <span className="grow text-left">Search or jump</span>
          <Kbd keys="mod+k" />
        </button>
      </div>
      <RailNav />
      <footer className="mt-auto flex h-11 items-center gap-1 border-t border-line px-2">
        <Suspense fallback={<span className="grow" />}>
          <PersonButton />
        </Suspense>
        <IconButton icon={CircleHelp} label="All keys" keys="?" side="top" onClick={onHelp} />
      </footer>
    </aside>
  );
}

function RailNav() {
  const { pathname } = useLocation();
  const pending = usePendingCount();
  return (
    <nav aria-label="Rooms" className="flex flex-col gap-px px-2">
      {ROOMS.map(({ to, name, icon: Icon, covers }) => {
        const isHere = covers.test(pathname);
        return (
          <Link
            key={to}
            to={to}
            aria-current={isHere ? "page" : undefined}
            className={clsx(
              "flex h-7 items-center gap-2.5 rounded-md px-2 transition-colors duration-120",
              isHere
                ? "bg-active font-medium text-ink"
                : "text-ink-2 hover:bg-hover hover:text-ink",
            )}
          >
            <Icon size={15} strokeWidth={1.75} aria-hidden />
            <span className="grow">{name}</span>
            {to === "/approvals" && pending > 0 && (
              <span className="tabular rounded-full bg-accent px-1.5 text-11 leading-4 font-medium text-accent-ink">
                {pending}
                <span className="sr-only"> waiting</span>
              </span>
            )}
          </Link>
        );
      })}
    </nav>
  );
}
