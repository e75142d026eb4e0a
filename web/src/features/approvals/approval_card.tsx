/** One asked-for call: exactly what would act, why a person is asked, and the answer. */
import { clsx } from "clsx";
import { UserRoundCheck } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import type { Approval } from "@/api/types";
import { exactMoment } from "@/lib/format";
import { Badge, Status } from "@/ui/status";
import { AnswerBar, HeldBar } from "./answer_bar";
import { expiry, readArguments } from "./call";
import { CallView } from "./call_view";
import { useDecision } from "./decisions";
import { EditCall } from "./edit_call";

import type { AskedCall } from "./queries";

export { approvalQuery } from "./queries";

interface Props {
  approval: AskedCall;
  className?: string;
  /** Inside its own run the agent and the run need no naming. */
  isInRun?: boolean;
  /** A, D and E answer. Only one card of a page may have the keys. */
  hasKeys?: boolean;
  /** Where the call comes from: shown below the heading. */
  children?: ReactNode;
}

export function ApprovalCard({ approval, className, isInRun, hasKeys, children }: Props) {
  const [isEditing, setEditing] = useState(false);
  const { pending, decide, takeBack, sendNow } = useDecision(approval);
  const left = useExpiry(approval);
  const isOpen = approval.status === "pending" && !left?.isOver;
  return (
    <article
      aria-label={`${approval.tool} asks for approval`}
      className={clsx(
        "min-w-0 overflow-hidden rounded-lg border border-line bg-surface",
        className,
      )}
    >
      <header className="flex flex-wrap items-center gap-x-2 gap-y-1 px-4 pt-3">
        <UserRoundCheck size={16} aria-hidden className="shrink-0 text-kind-person" />
        <h2 className="min-w-0 text-13">
          {!isInRun && approval.agent && (
            <span className="text-ink-2">{approval.agent} wants </span>
          )}
          {(isInRun || !approval.agent) && <span className="text-ink-2">Wants </span>}
          <code className="font-medium">{approval.tool}</code>
          <span className="text-ink-2"> to act</span>
        </h2>
        {approval.status === "pending" && left && (
          <span className="ml-auto">
            <Badge tone={left.isNear ? "warn" : "neutral"}>{left.text}</Badge>
          </span>
        )}
      </header>
      {approval.reason && <p className="px-4 pt-1 break-words text-ink-2">{approval.reason}</p>}
      {children && <div className="px-4 pt-1">{children}</div>}
      <div className="px-4 py-3">
        {isEditing && isOpen ? (
          <EditCall
            approval={approval}
            onCancel={() => setEditing(false)}
            onSend={(changed) => {
              setEditing(false);
              decide({ decision: "edit", arguments: changed });
            }}
          />
        ) : (
          <ExactCall approval={approval} onItsWay={pending?.decision.arguments ?? null} />
        )}
      </div>
      {pending !== null ? (
        <HeldBar
          pending={pending}
          onTakeBack={takeBack}
          onSendNow={sendNow}
          onAgain={() => decide(pending.decision)}
        />
      ) : isOpen ? (
        !isEditing && (
          <AnswerBar hasKeys={hasKeys ?? false} onDecide={decide} onEdit={() => setEditing(true)} />
        )
      ) : (
        <Decided approval={approval} isOver={left?.isOver ?? false} />
      )}
    </article>
  );
}

interface ExactCallProps {
  approval: AskedCall;
  onItsWay: Record<string, unknown> | null;
}

/** What was asked; where a person changed it, what acts instead comes first. */
function ExactCall({ approval, onItsWay }: ExactCallProps) {
  const changed = onItsWay ?? approval.edited_arguments ?? null;
  const asked = <CallView items={readArguments(approval.tool, approval.arguments)} />;
  if (changed === null) return asked;
  return (
    <>
      <p className="mb-2 text-12 font-medium text-ink-2">What acts instead</p>
      <CallView items={readArguments(approval.tool, changed)} />
      <details className="mt-3">
        <summary className="w-fit text-12 text-ink-3">What was asked</summary>
        <div className="mt-2">{asked}</div>
      </details>
    </>
  );
}

function Decided({ approval, isOver }: { approval: Approval; isOver: boolean }) {
  const status = approval.status === "pending" && isOver ? "expired" : approval.status;
  return (
    <footer className="flex flex-wrap items-center gap-x-3 gap-y-1 border-t border-line px-4 py-2.5">
      <Status status={status} />
      {approval.decided_by && <span className="text-ink-2">by {approval.decided_by}</span>}
      {approval.decided_at !== null && (
        <time className="text-12 text-ink-3">{exactMoment(approval.decided_at)}</time>
      )}
      {approval.note && <span className="w-full break-words text-ink-2">“{approval.note}”</span>}
      {status === "expired" && (
        <span className="w-full text-ink-2">
          Nobody answered in time, so nothing was done. The run was told and goes on without it.
        </span>
      )}
    </footer>
  );
}

function useExpiry(approval: Approval) {
  const [now, setNow] = useState(() => Date.now() / 1000);
  const isTicking = approval.status === "pending" && approval.expires_at !== null;
  useEffect(() => {
    if (!isTicking) return;
    const timer = setInterval(() => setNow(Date.now() / 1000), 1000);
    return () => clearInterval(timer);
  }, [isTicking]);
  return expiry(approval.expires_at, now);
}
