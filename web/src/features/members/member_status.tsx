import { CircleCheck, CirclePause, Mail } from "lucide-react";
import type { Member } from "./queries";

const LOOKS = {
  active: { word: "Active", icon: CircleCheck, color: "text-ok" },
  invited: { word: "Invited", icon: Mail, color: "text-warn" },
  suspended: { word: "Suspended", icon: CirclePause, color: "text-bad" },
};

export function MemberStatus({ status }: { status: Member["status"] }) {
  const { word, icon: Icon, color } = LOOKS[status];
  return (
    <span className={`inline-flex shrink-0 items-center gap-1.5 ${color}`}>
      <Icon size={14} aria-hidden />
      {word}
    </span>
  );
}
