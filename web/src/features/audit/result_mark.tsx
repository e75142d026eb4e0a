import { clsx } from "clsx";
import { CircleCheck, CircleX, type LucideIcon, ShieldX } from "lucide-react";
import type { AuditEvent } from "./queries";

const LOOKS: Record<AuditEvent["result"], { word: string; icon: LucideIcon; color: string }> = {
  ok: { word: "Done", icon: CircleCheck, color: "text-ink-3" },
  refused: { word: "Refused", icon: ShieldX, color: "font-medium text-warn" },
  failed: { word: "Failed", icon: CircleX, color: "font-medium text-bad" },
};

/** What came of it: an icon and a word. What was done is the quiet one. */
export function ResultMark({ event, className }: { event: AuditEvent; className?: string }) {
  const { word, icon: Icon, color } = LOOKS[event.result];
  return (
    <span className={clsx("inline-flex shrink-0 items-center gap-1.5", color, className)}>
      <Icon size={14} aria-hidden />
      {word}
    </span>
  );
}
