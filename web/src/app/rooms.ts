import {
  Activity,
  Bot,
  ChartNoAxesColumn,
  Cpu,
  Inbox,
  type LucideIcon,
  MessageSquare,
  Settings,
} from "lucide-react";

interface Room {
  to: "/" | "/runs" | "/approvals" | "/agents" | "/models" | "/usage" | "/settings";
  name: string;
  icon: LucideIcon;
  keys: string;
  /** Paths that light it up. */
  covers: RegExp;
}

export const ROOMS: Room[] = [
  { to: "/", name: "Chat", icon: MessageSquare, keys: "g c", covers: /^\/($|chat)/ },
  { to: "/runs", name: "Runs", icon: Activity, keys: "g r", covers: /^\/runs/ },
  { to: "/approvals", name: "Approvals", icon: Inbox, keys: "g a", covers: /^\/approvals/ },
  { to: "/agents", name: "Agents", icon: Bot, keys: "g e", covers: /^\/agents/ },
  { to: "/models", name: "Models", icon: Cpu, keys: "g m", covers: /^\/models/ },
  { to: "/usage", name: "Usage", icon: ChartNoAxesColumn, keys: "g u", covers: /^\/usage/ },
  { to: "/settings", name: "Settings", icon: Settings, keys: "g s", covers: /^\/settings/ },
];
