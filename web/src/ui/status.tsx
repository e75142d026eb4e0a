import { clsx } from "clsx";
import {
  Ban,
  CircleCheck,
  CircleDashed,
  CirclePause,
  CircleQuestionMark,
  CircleX,
  LoaderCircle,
  type LucideIcon,
} from "lucide-react";
import type { ReactNode } from "react";

/** What anything in cadre can be: runs, steps, approvals. Always an icon and a word. */
export type StatusName =
  | "queued"
  | "running"
  | "waiting"
  | "done"
  | "failed"
  | "cancelled"
  | "unknown"
  | "pending"
  | "approved"
  | "denied"
  | "edited"
  | "expired";

interface Look {
  word: string;
  icon: LucideIcon;
  color: string;
  isLive?: boolean;
}

const LOOKS: Record<StatusName, Look> = {
  queued: { word: "Queued", icon: CircleDashed, color: "text-ink-3" },
  running: { word: "Running", icon: LoaderCircle, color: "text-live", isLive: true },
  waiting: { word: "Waiting", icon: CirclePause, color: "text-warn" },
  done: { word: "Done", icon: CircleCheck, color: "text-ok" },
  failed: { word: "Failed", icon: CircleX, color: "text-bad" },
  cancelled: { word: "Cancelled", icon: Ban, color: "text-ink-3" },
  unknown: { word: "Outcome unknown", icon: CircleQuestionMark, color: "text-warn" },
  pending: { word: "Waiting for you", icon: CirclePause, color: "text-warn" },
  approved: { word: "Approved", icon: CircleCheck, color: "text-ok" },
  denied: { word: "Denied", icon: Ban, color: "text-bad" },
  edited: { word: "Approved with changes", icon: CircleCheck, color: "text-ok" },
  expired: { word: "Expired", icon: CircleX, color: "text-ink-3" },
};

interface Props {
  status: StatusName;
  /** The word stays for screen readers. */
  isIconOnly?: boolean;
  className?: string;
}

export function Status({ status, isIconOnly, className }: Props) {
  const { word, icon: Icon, color, isLive } = LOOKS[status];
  return (
    <span className={clsx("inline-flex shrink-0 items-center gap-1.5 text-13", color, className)}>
      <Icon size={14} aria-hidden className={isLive ? "spin-slow" : undefined} />
      <span className={isIconOnly ? "sr-only" : undefined}>{word}</span>
    </span>
  );
}

type BadgeTone = "neutral" | "accent" | "ok" | "bad" | "warn" | "live";

const BADGES: Record<BadgeTone, string> = {
  neutral: "bg-hover text-ink-2",
  accent: "bg-accent-soft text-accent-text",
  ok: "bg-ok-soft text-ok",
  bad: "bg-bad-soft text-bad",
  warn: "bg-warn-soft text-warn",
  live: "bg-live-soft text-live",
};

export function Badge({ tone = "neutral", children }: { tone?: BadgeTone; children: ReactNode }) {
  return (
    <span
      className={clsx(
        "inline-flex h-5 shrink-0 items-center gap-1 rounded-sm px-1.5 text-11 font-medium whitespace-nowrap",
        BADGES[tone],
      )}
    >
      {children}
    </span>
  );
}
