import { ShieldCheck, ShieldOff } from "lucide-react";
import { useMe } from "@/api/me";
import type { Member } from "./queries";

/** Whether a member has a second factor; louder where the organisation asks for one. */
export function SecondFactor({ member }: { member: Member }) {
  const { required } = useMe().mfa;
  if (member.status === "invited") return null;
  if (member.second_factor)
    return (
      <span className="inline-flex shrink-0 items-center gap-1.5 text-ok">
        <ShieldCheck size={14} aria-hidden />
        On
      </span>
    );
  return (
    <span
      className={`inline-flex shrink-0 items-center gap-1.5 ${required ? "text-warn" : "text-ink-3"}`}
    >
      <ShieldOff size={14} aria-hidden />
      None
    </span>
  );
}
