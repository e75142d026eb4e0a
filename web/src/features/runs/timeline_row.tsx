import { clsx } from "clsx";
import { ChevronRight, History } from "lucide-react";
import { memo, type ReactNode } from "react";
import { money } from "@/lib/format";
import { Status } from "@/ui/status";
import { KINDS, STATUS_NAMES } from "./look";
import { summary } from "./summary";
import type { TimelineRow } from "./timeline";

/** Names, axis, cost: the same tracks for the ruler and for every row. */
export const TRACKS =
  "grid grid-cols-[minmax(0,132px)_minmax(0,1fr)] md:grid-cols-[minmax(200px,38%)_minmax(0,1fr)_76px]";

interface Props {
  row: TimelineRow;
  id: string;
  isSelected: boolean;
  isParent: boolean;
  isCollapsed: boolean;
  onSelect: () => void;
  onToggle: () => void;
  children: ReactNode;
}

export const TimelineRowView = memo(function TimelineRowView(props: Props) {
  const { row, id, isSelected, isParent, isCollapsed, onSelect, onToggle, children } = props;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree around it has the focus and the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the tree names it by aria-activedescendant
    <div
      id={id}
      role="treeitem"
      aria-level={row.depth + 1}
      aria-selected={isSelected}
      {...(isParent ? { "aria-expanded": !isCollapsed } : {})}
      onClick={onSelect}
      className={clsx(
        TRACKS,
        "group h-full cursor-pointer items-center px-2 transition-colors duration-120 md:px-3",
        isSelected ? "bg-accent-soft" : "hover:bg-hover",
      )}
    >
      <div
        className="flex min-w-0 items-center gap-1.5 overflow-hidden pr-3"
        style={{ paddingLeft: Math.min(row.depth, 6) * 14 }}
      >
        <Chevron isShown={isParent} isOpen={!isCollapsed} onToggle={onToggle} />
        <RowIcon row={row} />
        <span
          className={clsx(
            "min-w-6 truncate font-mono text-12 md:max-w-full md:shrink-0",
            row.status === "failed" ? "text-bad" : "text-ink",
          )}
        >
          {shortName(row)}
        </span>
        {row.isRecorded && <Recorded />}
        {row.attempts.length > 1 && (
          <span className="shrink-0 text-11 text-warn">×{row.attempts.length}</span>
        )}
        <span className="min-w-0 grow truncate text-12 text-ink-3 max-md:hidden">
          {summary(row)}
        </span>
      </div>
      <div className="relative h-full min-w-0">{children}</div>
      <div className="tabular truncate pl-2 text-right text-11 text-ink-3 max-md:hidden">
        {row.kind === "model" && row.status === "done" ? money(row.costUsd) : ""}
      </div>
    </div>
  );
});

interface ChevronProps {
  isShown: boolean;
  isOpen: boolean;
  onToggle: () => void;
}

function Chevron({ isShown, isOpen, onToggle }: ChevronProps) {
  if (!isShown) return <span className="w-3 shrink-0" />;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: arrows left and right do this from the keyboard
    // biome-ignore lint/a11y/noStaticElementInteractions: a tree's item has no buttons inside
    <span
      className="-m-1.5 shrink-0 p-1.5 text-ink-3 hover:text-ink"
      onClick={(event) => {
        event.stopPropagation();
        onToggle();
      }}
    >
      <ChevronRight
        size={12}
        aria-hidden
        className={clsx("transition-transform duration-120", isOpen && "rotate-90")}
      />
    </span>
  );
}

/** The kind while all is well, the status as soon as there is something to say. */
export function RowIcon({ row }: { row: TimelineRow }) {
  if (row.status !== "done") return <Status status={STATUS_NAMES[row.status]} isIconOnly />;
  const { icon: Icon, color, word } = KINDS[row.kind];
  return (
    <span className={clsx("shrink-0", color)}>
      <Icon size={14} strokeWidth={1.75} aria-hidden />
      <span className="sr-only">{word}, done</span>
    </span>
  );
}

function Recorded() {
  return (
    <span
      title="Recorded: this result was taken over, nothing acted"
      className="shrink-0 text-ink-3"
    >
      <History size={12} aria-hidden />
      <span className="sr-only">recorded</span>
    </span>
  );
}

/** A provider's name before a model's tells nothing here; it is in the panel. */
export function shortName(row: TimelineRow): string {
  if (row.approvalId !== null && row.name.startsWith("approval:")) return "approval";
  return row.kind === "model" ? row.name.slice(row.name.indexOf(":") + 1) : row.name;
}
