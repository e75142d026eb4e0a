import { clsx } from "clsx";
import { Ban, CircleCheck, CircleX, DatabaseZap, type LucideIcon, ShieldX } from "lucide-react";
import type { Call } from "./queries";

interface Look {
  word: string;
  icon: LucideIcon;
  color: string;
}

const LOOKS: Record<string, Look> = {
  ok: { word: "Answered", icon: CircleCheck, color: "text-ok" },
  cached: { word: "From cache", icon: DatabaseZap, color: "text-live" },
  error: { word: "Failed", icon: CircleX, color: "text-bad" },
  cancelled: { word: "Cancelled", icon: Ban, color: "text-ink-3" },
  refused: { word: "Refused", icon: ShieldX, color: "text-warn" },
};

/** How a call ended: an icon and a word. */
export function CallStatus({ call, className }: { call: Call; className?: string }) {
  const name = call.status === "ok" && call.cache_hit ? "cached" : call.status;
  const {
    word,
    icon: Icon,
    color,
  } = LOOKS[name] ?? {
    word: call.status,
    icon: CircleX,
    color: "text-ink-2",
  };
  return (
    <span className={clsx("flex shrink-0 items-center gap-1.5", color, className)}>
      <Icon size={14} aria-hidden />
      {word}
    </span>
  );
}
