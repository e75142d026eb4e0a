/** The colour, icon and word of each kind of step: one place, so that the eye can learn them. */
import {
  Bot,
  Braces,
  Clock,
  type LucideIcon,
  Moon,
  ShieldCheck,
  Sparkles,
  UserRoundCheck,
  Wrench,
} from "lucide-react";
import type { StatusName } from "@/ui/status";
import type { RowKind, RowStatus } from "./timeline";

export interface KindLook {
  word: string;
  icon: LucideIcon;
  color: string;
}

export const KINDS: Record<RowKind, KindLook> = {
  model: { word: "model", icon: Sparkles, color: "text-kind-model" },
  tool: { word: "tool", icon: Wrench, color: "text-kind-tool" },
  code: { word: "code", icon: Braces, color: "text-kind-code" },
  gate: { word: "gate", icon: ShieldCheck, color: "text-kind-wait" },
  approval: { word: "approval", icon: UserRoundCheck, color: "text-kind-person" },
  wait: { word: "wait", icon: Clock, color: "text-kind-wait" },
  sleep: { word: "sleep", icon: Moon, color: "text-kind-wait" },
  child: { word: "run", icon: Bot, color: "text-kind-child" },
};

export const STATUS_NAMES: Record<RowStatus, StatusName> = {
  running: "running",
  waiting: "waiting",
  unknown: "unknown",
  done: "done",
  failed: "failed",
  stopped: "cancelled",
};
