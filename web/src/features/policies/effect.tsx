import { clsx } from "clsx";
import { Ban, CircleCheck, CirclePause, type LucideIcon } from "lucide-react";
import type { Effect } from "./queries";

const LOOKS: Record<Effect, { word: string; icon: LucideIcon; color: string }> = {
  allow: { word: "Allowed", icon: CircleCheck, color: "text-ok" },
  ask: { word: "Asked", icon: CirclePause, color: "text-warn" },
  deny: { word: "Denied", icon: Ban, color: "text-bad" },
};

/** What is decided of a call: an icon and a word. */
export function EffectMark({ effect, className }: { effect: Effect; className?: string }) {
  const { word, icon: Icon, color } = LOOKS[effect];
  return (
    <span className={clsx("inline-flex shrink-0 items-center gap-1.5", color, className)}>
      <Icon size={14} aria-hidden />
      {word}
    </span>
  );
}
