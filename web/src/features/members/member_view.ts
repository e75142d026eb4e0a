/** What of the members is shown. */
import { count } from "@/lib/format";
import type { Member } from "./queries";

/** Those of whom every word of `text` is said: name, address, role, status, a factor that is missing. */
export function shownMembers(members: readonly Member[], text: string): Member[] {
  const words = text.toLowerCase().split(/\s+/u).filter(Boolean);
  return members.filter((member) => {
    const said = saidOf(member).toLowerCase();
    return words.every((word) => said.includes(word));
  });
}

function saidOf({ name, email, role, status, second_factor }: Member): string {
  const lacks = status !== "invited" && !second_factor ? "no second factor" : "";
  return `${name} ${email ?? ""} ${role} ${status} ${lacks}`;
}

/** Whether the organisation would be nobody's without this one. */
export function isLastOwner(member: Member, members: readonly Member[]): boolean {
  const owners = members.filter(({ role, status }) => role === "owner" && status === "active");
  return owners.length === 1 && owners[0]?.id === member.id;
}

interface Expiry {
  text: string;
  isOver: boolean;
}

const HOUR_SECONDS = 3600;

/** For how long the link of an invitation is good; null for members. */
export function invitationExpiry(member: Member, now = Date.now() / 1000): Expiry | null {
  if (member.status !== "invited") return null;
  const left = (member.invitation_expires_at ?? 0) - now;
  if (left <= 0) return { text: "has expired", isOver: true };
  const hours = Math.ceil(left / HOUR_SECONDS);
  const text = hours < 48 ? count(hours, "hour") : count(Math.floor(hours / 24), "day");
  return { text: `${text} left`, isOver: false };
}
