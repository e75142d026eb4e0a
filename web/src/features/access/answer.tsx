import { CircleCheck, CircleX } from "lucide-react";
import { count } from "@/lib/format";
import { Badge } from "@/ui/status";
import { chainOf, type NameOf } from "./chain";
import { ChainView } from "./chain_view";
import type { WhoCan, Why } from "./queries";

/** Everybody who can, each with every way in which it comes to them. */
export function WhoAnswer({ who, nameOf }: { who: WhoCan; nameOf: NameOf }) {
  if (who.holders.length === 0)
    return (
      <p className="flex items-center gap-2">
        <CircleX size={16} aria-hidden className="text-ink-3" />
        Nobody can do this here.
      </p>
    );
  const names: NameOf = (kind, id) =>
    who.holders.find(({ subject }) => subject.kind === kind && subject.id === id)?.name ??
    nameOf(kind, id);
  return (
    <div>
      <p className="mb-3 flex items-center gap-2">
        <CircleCheck size={16} aria-hidden className="text-ok" />
        {who.holders.length === 1
          ? "One can do this."
          : `${count(who.holders.length)} can do this.`}
      </p>
      <ul aria-label="Who can" className="border-t border-line">
        {who.holders.map(({ subject, reasons }) => (
          <li
            key={`${subject.kind}:${subject.id}`}
            className="flex flex-col gap-2 overflow-x-auto border-b border-line py-3"
          >
            {reasons.map((reason) => (
              <ChainView
                key={`${reason.binding} ${reason.grant.permission} ${reason.grant.resource}`}
                chain={chainOf(subject, reason, names)}
              />
            ))}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Why somebody can; or what they lack, and what would give it. */
export function WhyAnswer({ why, nameOf }: { why: Why; nameOf: NameOf }) {
  const name = nameOf(why.subject.kind, why.subject.id);
  if (why.allowed)
    return (
      <div>
        <p className="mb-3 flex items-center gap-2">
          <CircleCheck size={16} aria-hidden className="text-ok" />
          Yes, {name} can.
        </p>
        <div className="flex flex-col gap-3 overflow-x-auto pb-1">
          {why.reasons.map((reason) => (
            <ChainView
              key={`${reason.binding} ${reason.grant.permission} ${reason.grant.resource}`}
              chain={chainOf(why.subject, reason, nameOf)}
            />
          ))}
        </div>
      </div>
    );
  return (
    <div>
      <p className="mb-2 flex items-center gap-2">
        <CircleX size={16} aria-hidden className="text-bad" />
        No, {name} can't.
      </p>
      {why.near_misses.length > 0 && (
        <ul aria-label="Nearly" className="mb-3">
          {why.near_misses.map(({ binding, role, why_not }) => (
            <li key={binding} className="py-0.5">
              The role <strong className="font-medium">{role}</strong> would give it, but not here:{" "}
              {why_not}
            </li>
          ))}
        </ul>
      )}
      <p className="flex flex-wrap items-center gap-1.5 text-ink-2">
        {why.roles_with_it.length === 0 ? "No role gives this." : "Roles that would give it:"}
        {why.roles_with_it.map((role) => (
          <Badge key={role}>{role}</Badge>
        ))}
      </p>
    </div>
  );
}
