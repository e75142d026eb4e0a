/** What of the members is shown. */
import type { Member } from "./queries";

/** Those whose name, address, role or status has every word of `text`. */
export function shownMembers(members: readonly Member[], text: string): Member[] {
  const words = text.toLowerCase().split(/\s+/u).filter(Boolean);
  return members.filter(({ name, email, role, status }) => {
    const said = `${name} ${email ?? ""} ${role} ${status}`.toLowerCase();
    return words.every((word) => said.includes(word));
  });
}

/** Whether the organisation would be nobody's without this one. */
export function isLastOwner(member: Member, members: readonly Member[]): boolean {
  const owners = members.filter(({ role, status }) => role === "owner" && status === "active");
  return owners.length === 1 && owners[0]?.id === member.id;
}
