/** A row of a list in the settings that unfolds below itself; which one is open stands in the address. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";

interface Props {
  id: string;
  /** The name and a few words. */
  title: ReactNode;
  /** At the right end. */
  aside: ReactNode;
  children: ReactNode;
}

export function UnfoldingRow({ id, title, aside, children }: Props) {
  const { open } = useSearch({ from: "/shell/settings" });
  const navigate = useNavigate();
  const isOpen = open === id;
  const turn = () =>
    void navigate({
      to: ".",
      search: (before) => ({ ...before, open: isOpen ? undefined : id }),
      replace: true,
    });
  return (
    <li className="border-b border-line">
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={turn}
        className="flex min-h-11 w-full items-center gap-3 py-1.5 text-left outline-offset-[-2px] hover:bg-hover"
      >
        <ChevronRight
          size={14}
          aria-hidden
          className={`shrink-0 text-ink-3 transition-transform duration-120 ${isOpen ? "rotate-90" : ""}`}
        />
        <span className="flex min-w-0 grow flex-wrap gap-x-3">{title}</span>
        {aside}
      </button>
      {isOpen && children}
    </li>
  );
}
