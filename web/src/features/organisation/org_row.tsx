import { clsx } from "clsx";
import {
  ChevronRight,
  CircleCheck,
  CirclePause,
  LoaderCircle,
  type LucideIcon,
  Trash2,
} from "lucide-react";
import { useId, useState } from "react";
import { may } from "@/api/me";
import { ago, exactMoment } from "@/lib/format";
import { Badge } from "@/ui/status";
import { OrgActions } from "./org_actions";
import { OrgLimits } from "./org_limits";
import type { Organisation } from "./queries";

const HOME = "org_default";

const LOOKS: Record<Organisation["status"], { word: string; icon: LucideIcon; color: string }> = {
  active: { word: "Active", icon: CircleCheck, color: "text-ok" },
  suspended: { word: "Suspended", icon: CirclePause, color: "text-bad" },
  importing: { word: "Being imported", icon: LoaderCircle, color: "text-live" },
  deleting: { word: "Being deleted", icon: Trash2, color: "text-bad" },
};

/** An organisation as it stands; open, what can be done with it. */
export function OrgRow({ org }: { org: Organisation }) {
  const [isOpen, setOpen] = useState(false);
  const panel = useId();
  const { word, icon: Icon, color } = LOOKS[org.status];
  const isHome = org.id === HOME;
  return (
    <li className="border-b border-line">
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={panel}
        onClick={() => setOpen(!isOpen)}
        className="flex min-h-11 w-full items-center gap-3 py-1.5 text-left outline-offset-[-2px] hover:bg-hover"
      >
        <ChevronRight
          size={14}
          aria-hidden
          className={clsx(
            "shrink-0 text-ink-3 transition-transform duration-120",
            isOpen && "rotate-90",
          )}
        />
        <span className="flex min-w-0 grow flex-wrap items-center gap-x-3">
          <span className="font-medium">{org.name}</span>
          <code className="text-12 text-ink-3">{org.slug}</code>
          {isHome && <Badge tone="accent">Home</Badge>}
        </span>
        <span className="text-12 text-ink-3 max-md:hidden" title={exactMoment(org.created_at)}>
          since {ago(org.created_at)}
        </span>
        <span className={clsx("inline-flex shrink-0 md:w-32 items-center gap-1.5", color)}>
          <Icon size={14} aria-hidden className={org.status === "importing" ? "spin-slow" : ""} />
          {word}
        </span>
      </button>
      {isOpen && (
        <div id={panel} className="flex flex-col gap-5 pt-1 pb-4 pl-6">
          {org.suspended_at !== null && (
            <p className="text-ink-2">
              Suspended {ago(org.suspended_at)}
              {org.suspended_reason ? `: ${org.suspended_reason}` : ""}. Nothing runs and nobody
              signs in; all data stays.
            </p>
          )}
          {may("orgs:write") && <OrgLimits org={org} />}
          {may("orgs:write") && <OrgActions org={org} isHome={isHome} />}
        </div>
      )}
    </li>
  );
}
