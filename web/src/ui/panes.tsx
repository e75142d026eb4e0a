/** The page's frame: a list and a detail beside it; on a phone one of the two. */
import { clsx } from "clsx";
import { ArrowLeft } from "lucide-react";
import type { ReactNode } from "react";
import { IconButton } from "./button";

interface ListDetailProps {
  list: ReactNode;
  detail: ReactNode;
  /** On a phone: the detail instead of the list. */
  isDetailShown: boolean;
}

export function ListDetail({ list, detail, isDetailShown }: ListDetailProps) {
  return (
    <div className="flex h-full min-w-0">
      <div
        className={clsx(
          "flex min-h-0 min-w-0 flex-col border-line max-md:w-full md:w-[clamp(256px,28vw,400px)] md:shrink-0 md:border-r",
          isDetailShown && "max-md:hidden",
        )}
      >
        {list}
      </div>
      <div
        className={clsx("flex min-h-0 min-w-0 grow flex-col", !isDetailShown && "max-md:hidden")}
      >
        {detail}
      </div>
    </div>
  );
}

interface PaneHeaderProps {
  title: ReactNode;
  /** Beside the title: a count, a status. */
  aside?: ReactNode;
  /** At the right end. */
  actions?: ReactNode;
  /** On a phone, the way back to the list. */
  onBack?: () => void;
  className?: string;
}

/** 44 px, a hairline below: the top of every pane. */
export function PaneHeader({ title, aside, actions, onBack, className }: PaneHeaderProps) {
  return (
    <header
      className={clsx(
        "flex h-11 shrink-0 items-center gap-2 border-b border-line pr-2 pl-4 max-md:h-12",
        className,
      )}
    >
      {onBack && (
        <IconButton icon={ArrowLeft} label="Back" onClick={onBack} className="-ml-2 md:hidden" />
      )}
      <h1 className="min-w-0 truncate text-13 font-semibold max-md:text-14">{title}</h1>
      {aside}
      <div className="ml-auto flex shrink-0 items-center gap-1">{actions}</div>
    </header>
  );
}

interface RowProps {
  isActive?: boolean;
  className?: string;
}

/** The look of a row of a list, for a link or a button. */
export function rowClass({ isActive, className }: RowProps = {}): string {
  return clsx(
    "flex w-full min-w-0 border-b border-line px-4 text-left outline-offset-[-2px] transition-colors duration-120",
    isActive ? "bg-accent-soft" : "hover:bg-hover",
    className,
  );
}
