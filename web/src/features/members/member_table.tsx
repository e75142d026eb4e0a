import { clsx } from "clsx";
import { useState } from "react";
import { apiUrl } from "@/api/client";
import { useMe } from "@/api/me";
import { Avatar } from "@/features/account/avatar";
import { useOwnPicture } from "@/features/account/own_picture";
import { ago, count, exactMoment } from "@/lib/format";
import { Button } from "@/ui/button";
import { Badge } from "@/ui/status";
import { MemberStatus } from "./member_status";
import { invitationExpiry } from "./member_view";
import type { Member } from "./queries";
import { roleWord } from "./role_select";
import { SecondFactor } from "./second_factor";

interface Props {
  members: readonly Member[];
  activeId: string | undefined;
  onOpen: (member: Member) => void;
}

const PAGE = 100;

/** As many as are looked at; the rest when it is asked for. */
export function MemberTable({ members, activeId, onOpen }: Props) {
  const [most, setMost] = useState(PAGE);
  if (members.length === 0) return null;
  return (
    <>
      <table aria-label="Members" className="w-full table-fixed">
        <thead className="max-md:hidden">
          <tr className="border-b border-line text-left text-12 text-ink-3">
            <th className="py-1.5 pl-4 font-normal">Name</th>
            <th className="w-28 font-normal max-lg:hidden">Role</th>
            <th className="w-36 font-normal">Status</th>
            <th className="w-28 font-normal max-lg:hidden">Second factor</th>
            <th className="w-28 pr-4 text-right font-normal max-lg:hidden">Last seen</th>
          </tr>
        </thead>
        <tbody>
          {members.slice(0, most).map((member) => (
            <Row
              key={member.id}
              member={member}
              isActive={member.id === activeId}
              onOpen={onOpen}
            />
          ))}
        </tbody>
      </table>
      {members.length > most && (
        <div className="p-4 text-center">
          <Button size="sm" onClick={() => setMost(most + PAGE)}>
            Show {count(Math.min(PAGE, members.length - most))} more
          </Button>
        </div>
      )}
    </>
  );
}

interface RowProps {
  member: Member;
  isActive: boolean;
  onOpen: (member: Member) => void;
}

function Row({ member, isActive, onOpen }: RowProps) {
  const { status, last_seen_at } = member;
  const role = roleWord(member.role);
  const expiry = invitationExpiry(member);
  const seen = last_seen_at === null ? "never" : ago(last_seen_at);
  return (
    <tr
      className={clsx(
        "relative h-11 border-b border-line max-lg:h-14",
        isActive ? "bg-accent-soft" : "hover:bg-hover",
      )}
    >
      <td className="pl-4">
        <Who member={member} onOpen={onOpen} />
      </td>
      <td className="truncate max-lg:hidden">{role}</td>
      <td className="max-md:w-36 max-md:pr-4 max-md:text-right max-md:text-12">
        <MemberStatus status={status} />
        <span className="block truncate text-12 text-ink-3 lg:hidden">
          {expiry ? `${role} · ${expiry.text}` : role}
        </span>
        {expiry && (
          <span
            title={
              member.invitation_expires_at ? exactMoment(member.invitation_expires_at) : undefined
            }
            className={clsx(
              "block truncate text-12 max-lg:hidden",
              expiry.isOver ? "text-bad" : "text-ink-3",
            )}
          >
            {expiry.text}
          </span>
        )}
      </td>
      <td className="max-lg:hidden">
        <SecondFactor member={member} />
      </td>
      <td
        className="tabular pr-4 text-right text-ink-2 max-lg:hidden"
        title={last_seen_at === null ? undefined : exactMoment(last_seen_at)}
      >
        {status === "invited" ? "" : seen}
      </td>
    </tr>
  );
}

function Who({ member, onOpen }: Omit<RowProps, "isActive">) {
  const me = useMe();
  const own = useOwnPicture();
  const { id, name, email, has_avatar } = member;
  const isMe = id === me.user.id;
  const picture = has_avatar ? apiUrl(`/members/${id}/avatar`) : null;
  return (
    <span className="flex min-w-0 items-center gap-3">
      <Avatar name={name} src={isMe ? own : picture} className="size-7 text-11" />
      <span className="min-w-0 grow">
        <span className="flex min-w-0 items-center gap-2">
          {/* One button of the row's size: rows themselves take no focus. */}
          <button
            type="button"
            onClick={() => onOpen(member)}
            className="min-w-0 truncate text-left font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent-line"
          >
            {name}
          </button>
          {isMe && <Badge tone="accent">You</Badge>}
        </span>
        <span className="block truncate text-12 text-ink-3">{email ?? "no address"}</span>
      </span>
    </span>
  );
}
