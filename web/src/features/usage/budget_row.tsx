import { clsx } from "clsx";
import { ChevronRight, MoreHorizontal, Pause, Pencil, Play, Trash2 } from "lucide-react";
import { exactMoment, moment } from "@/lib/format";
import { IconButton } from "@/ui/button";
import { Menu } from "@/ui/popover";
import { Badge } from "@/ui/status";
import { exactUsd, percent, usd } from "./amounts";
import { EACH, subjectName, titleOf } from "./budget";
import { BudgetBar, BudgetState } from "./budget_bar";
import { BudgetDetail } from "./budget_detail";
import { useNames } from "./names";
import type { Budget, Window } from "./queries";
import { useDeleteBudget, useToggleBudget } from "./use_budgets";

const MOST_SHOWN = 3;

interface Props {
  budget: Budget;
  /** The present ones of this budget, the fullest first. */
  windows: Window[];
  isOpen: boolean;
  isMarked: boolean;
  onToggle: () => void;
  onEdit: () => void;
}

export function BudgetRow({ budget, windows, isOpen, isMarked, onToggle, onEdit }: Props) {
  const nameOf = useNames();
  const title = titleOf(budget, nameOf);
  const shown: (Window | null)[] = windows.length > 0 ? windows.slice(0, MOST_SHOWN) : [null];
  const more = windows.length - shown.length;
  return (
    <li className="border-b border-line">
      <div className={clsx("flex items-start gap-2 py-3 pr-2 pl-2", isMarked && "bg-accent-soft")}>
        <IconButton
          icon={ChevronRight}
          label={isOpen ? `Close ${title}` : `Open ${title}`}
          aria-expanded={isOpen}
          onClick={onToggle}
          className={clsx("-mt-1 [&>svg]:transition-transform", isOpen && "[&>svg]:rotate-90")}
        />
        <div className="flex min-w-0 grow flex-col gap-2">
          <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <h2 className="min-w-0 font-medium break-words">{title}</h2>
            <Badge tone={budget.mode === "hard" ? "accent" : "neutral"}>
              {budget.mode === "hard" ? "hard: refuses calls" : "soft: warns"}
            </Badge>
            {!budget.enabled && <BudgetState state="paused" />}
            <Anew budget={budget} window={windows[0]} />
          </div>
          {shown.map((window) => (
            <Progress key={window?.subject ?? ""} budget={budget} window={window} title={title} />
          ))}
          {more > 0 && (
            <button
              type="button"
              onClick={onToggle}
              className="w-fit text-12 text-accent-text hover:underline"
            >
              and {more} more
            </button>
          )}
        </div>
        <Actions budget={budget} title={title} onEdit={onEdit} />
      </div>
      {isOpen && <BudgetDetail budget={budget} title={title} />}
    </li>
  );
}

function Anew({ budget, window }: { budget: Budget; window: Window | undefined }) {
  if (budget.period === "total") return <span className="text-12 text-ink-3">never ends</span>;
  if (!window?.ends_at) return null;
  return (
    <span className="text-12 text-ink-3" title={exactMoment(window.ends_at)}>
      starts anew {moment(window.ends_at)}
    </span>
  );
}

interface ProgressProps {
  budget: Budget;
  window: Window | null;
  title: string;
}

/** One line a subject: the bar, the money, the state. */
function Progress({ budget, window, title }: ProgressProps) {
  const nameOf = useNames();
  const spent = Number(window?.settled_usd ?? 0);
  const reserved = Number(window?.reserved_usd ?? 0);
  const state = budget.enabled ? (window?.state ?? "ok") : "paused";
  const isEach = budget.subject === EACH && budget.subject_kind !== "org" && window !== null;
  const who = isEach ? subjectName(budget.subject_kind, window.subject, nameOf) : null;
  return (
    <div className="grid grid-cols-[1fr_auto] items-center gap-x-4 gap-y-1 md:grid-cols-[minmax(120px,1fr)_260px_120px]">
      <div className="flex min-w-0 items-center gap-3 max-md:col-span-2">
        {who && <span className="w-32 shrink-0 truncate text-12 text-ink-2">{who}</span>}
        <BudgetBar
          label={who ? `${title}: ${who}` : title}
          state={state}
          spent={spent}
          reserved={reserved}
          limit={Number(budget.limit_usd)}
          warnAt={budget.warn_at}
          className="grow"
        />
      </div>
      <span className="tabular text-12 text-ink-2 md:text-right">
        <span className="font-medium text-ink" title={exactUsd(window?.settled_usd ?? "0")}>
          {usd(spent)}
        </span>
        {reserved > 0 && ` + ${usd(reserved)} reserved`} of {usd(budget.limit_usd)},{" "}
        {percent(window?.share ?? 0)}
      </span>
      <BudgetState state={state} />
    </div>
  );
}

function Actions({ budget, title, onEdit }: { budget: Budget; title: string; onEdit: () => void }) {
  const drop = useDeleteBudget();
  const toggle = useToggleBudget();
  return (
    <Menu
      trigger={<IconButton icon={MoreHorizontal} label={`More about ${title}`} className="-mt-1" />}
      items={[
        { label: "Change", icon: Pencil, onSelect: onEdit },
        {
          label: budget.enabled ? "Pause" : "Put in force",
          icon: budget.enabled ? Pause : Play,
          onSelect: () => toggle(budget),
        },
        { label: "Delete", icon: Trash2, isDanger: true, onSelect: () => drop(budget, title) },
      ]}
    />
  );
}
