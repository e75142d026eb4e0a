/** What a model, a provider or a target is, as an icon and a word. */
import { clsx } from "clsx";
import {
  CircleCheck,
  CircleDashed,
  CircleX,
  Clock,
  EyeOff,
  type LucideIcon,
  Plug,
  TriangleAlert,
  Unplug,
} from "lucide-react";
import { tip } from "@/ui/tooltip";
import type { CardStatus, HealthNow, Standing } from "./types";

interface MarkProps {
  icon: LucideIcon;
  color: string;
  children: string;
  isIconOnly?: boolean | undefined;
}

function Mark({ icon: Icon, color, children, isIconOnly }: MarkProps) {
  return (
    <span className={clsx("inline-flex shrink-0 items-center gap-1.5", color)}>
      <Icon size={14} aria-hidden />
      <span className={isIconOnly ? "sr-only" : undefined}>{children}</span>
    </span>
  );
}

const STATUSES: Record<CardStatus, { word: string; icon: LucideIcon; color: string }> = {
  current: { word: "Current", icon: CircleCheck, color: "text-ink-2" },
  deprecated: { word: "Deprecated", icon: Clock, color: "text-warn" },
  retired: { word: "Retired", icon: CircleX, color: "text-ink-3" },
};

export function CardMark({ status, isHidden }: { status: CardStatus; isHidden?: boolean }) {
  if (isHidden) {
    return (
      <Mark icon={EyeOff} color="text-ink-3">
        Hidden
      </Mark>
    );
  }
  const { word, icon, color } = STATUSES[status];
  return (
    <Mark icon={icon} color={color}>
      {word}
    </Mark>
  );
}

export function ConnectedMark({ isConnected }: { isConnected: boolean }) {
  return isConnected ? (
    <Mark icon={Plug} color="text-ok">
      Connected
    </Mark>
  ) : (
    <Mark icon={Unplug} color="text-ink-3">
      Not connected
    </Mark>
  );
}

/** Its name, and by the plug whether it is there to be asked. */
export function ProviderMark({ name, isConnected }: { name: string; isConnected: boolean }) {
  const Icon = isConnected ? Plug : Unplug;
  const word = isConnected ? "connected" : "not connected";
  return (
    <span className="inline-flex items-center gap-1.5 text-ink-2" {...tip(`${name} is ${word}`)}>
      <Icon size={14} aria-hidden className={isConnected ? "text-ok" : "text-ink-3"} />
      {name}
      <span className="sr-only">, {word}</span>
    </span>
  );
}

const STANDINGS: Record<Standing, { word: string; icon: LucideIcon; color: string }> = {
  ok: { word: "Healthy", icon: CircleCheck, color: "text-ok" },
  degraded: { word: "Degraded", icon: TriangleAlert, color: "text-warn" },
  down: { word: "Down", icon: CircleX, color: "text-bad" },
  unknown: { word: "Not asked", icon: CircleDashed, color: "text-ink-3" },
};

const CIRCUITS = {
  closed: null,
  open: { word: "Circuit open", as: "down" },
  half_open: { word: "Circuit half open", as: "degraded" },
} as const;

interface StandingProps {
  state: Standing;
  circuit?: HealthNow["circuit"];
  isIconOnly?: boolean;
}

/** An open circuit is worse news than the figures behind it, so it takes their word's place. */
export function StandingMark({ state, circuit = "closed", isIconOnly }: StandingProps) {
  const resting = CIRCUITS[circuit];
  const { word, icon, color } = STANDINGS[resting?.as ?? state];
  return (
    <Mark icon={icon} color={color} isIconOnly={isIconOnly}>
      {resting?.word ?? word}
    </Mark>
  );
}

export function standingWord(state: Standing): string {
  return STANDINGS[state].word;
}
