import { clsx } from "clsx";
import {
  Ban,
  CircleCheck,
  CirclePause,
  CircleSlash,
  Hourglass,
  type LucideIcon,
} from "lucide-react";
import { may } from "@/api/me";
import { exactMoment, moment } from "@/lib/format";
import { Button } from "@/ui/button";
import { toast } from "@/ui/toast";
import {
  type Consent,
  type ConsentStatus,
  useDeny,
  useGive,
  useGrant,
  useRevoke,
} from "./consent_queries";

const LOOKS: Record<ConsentStatus, { word: string; icon: LucideIcon; color: string }> = {
  requested: { word: "Asked for", icon: CirclePause, color: "text-warn" },
  granted: { word: "Given", icon: CircleCheck, color: "text-ok" },
  denied: { word: "Refused", icon: Ban, color: "text-bad" },
  revoked: { word: "Withdrawn", icon: CircleSlash, color: "text-ink-3" },
  used: { word: "Used", icon: CircleCheck, color: "text-ink-3" },
  expired: { word: "Ran out", icon: Hourglass, color: "text-ink-3" },
};

interface Props {
  consent: Consent;
  isOwn: boolean;
  /** Say whose it is. */
  owner?: string | undefined;
}

export function ConsentRow({ consent, isOwn, owner }: Props) {
  const { word, icon: Icon, color } = LOOKS[consent.status];
  return (
    <li className="flex min-h-11 flex-wrap items-center gap-x-4 gap-y-1 border-b border-line py-2">
      <span className={clsx("inline-flex w-24 shrink-0 items-center gap-1.5", color)}>
        <Icon size={14} aria-hidden />
        {word}
      </span>
      <span className="min-w-0 grow basis-52">
        <code className="text-12 font-medium break-all">{consent.tool}</code>
        {consent.resource !== "*" && (
          <>
            {" on "}
            <code className="text-12 break-all">{consent.resource}</code>
          </>
        )}
        {consent.server !== "*" && (
          <>
            {" of "}
            <code className="text-12 break-all">{consent.server}</code>
          </>
        )}
        <span className="block text-12 text-ink-3">
          {owner !== undefined && `${owner}, `}
          {spanWords(consent)}
          {consent.reason && `: ${consent.reason}`}
        </span>
      </span>
      <span className="text-12 text-ink-3" title={exactMoment(consent.requested_at)}>
        {moment(consent.decided_at ?? consent.requested_at)}
        {` by ${consent.decided_by ?? consent.requested_by}`}
      </span>
      {(isOwn || may("consent:write")) && <Answers consent={consent} isOwn={isOwn} />}
    </li>
  );
}

function spanWords({ span, expires_at }: Consent): string {
  if (span === "once") return "for one call";
  if (span === "session") return "for one conversation";
  if (span === "until" && expires_at !== null) return `until ${exactMoment(expires_at)}`;
  return "until it is withdrawn";
}

function Answers({ consent, isOwn }: { consent: Consent; isOwn: boolean }) {
  const grant = useGrant();
  const deny = useDeny();
  const revoke = useRevoke();
  const give = useGive();
  const onError = (error: Error) => toast(`Not done: ${error.message}`, { isError: true });
  const again = () => {
    const { user_id, tool, server, resource, span, session_id, expires_at, reason } = consent;
    const same = { tool, server, resource, span, session_id, expires_at, reason, grant: true };
    give.mutate(isOwn ? same : { ...same, user_id }, { onError });
  };
  if (consent.status === "requested") {
    return (
      <span className="ml-auto flex gap-1.5">
        <Button
          size="sm"
          isBusy={deny.isPending}
          onClick={() => deny.mutate(consent.id, { onError })}
        >
          Refuse
        </Button>
        <Button
          size="sm"
          tone="primary"
          isBusy={grant.isPending}
          onClick={() => grant.mutate(consent.id, { onError })}
        >
          Give
        </Button>
      </span>
    );
  }
  if (consent.status !== "granted") return null;
  return (
    <Button
      size="sm"
      tone="quiet"
      className="ml-auto"
      aria-label={`Withdraw the consent for ${consent.tool}`}
      isBusy={revoke.isPending}
      onClick={() =>
        revoke.mutate(consent.id, {
          onSuccess: () =>
            toast(`Withdrawn: ${consent.tool} asks again with its next call.`, { onUndo: again }),
          onError,
        })
      }
    >
      Withdraw
    </Button>
  );
}
