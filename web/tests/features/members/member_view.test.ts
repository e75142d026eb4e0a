import { describe, expect, it } from "vitest";
import { invitationExpiry, isLastOwner, shownMembers } from "@/features/members/member_view";
import type { Member } from "@/features/members/queries";

function member(changes: Partial<Member>): Member {
  return {
    id: "usr_1",
    name: "Ada",
    email: "ada@example.org",
    role: "owner",
    status: "active",
    has_avatar: false,
    has_password: true,
    second_factor: false,
    invitation_expires_at: null,
    created_at: 0,
    last_seen_at: null,
    ...changes,
  };
}

describe("shownMembers", () => {
  const all = [
    member({}),
    member({ id: "usr_2", name: "Grace", email: null, role: "builder", status: "invited" }),
  ];

  it.each([
    ["", 2],
    ["EXAMPLE", 1],
    ["grace invited", 1],
    ["grace owner", 0],
    ["builder", 1],
    ["no second factor", 1],
  ])("%j finds %i", (text, found) => {
    expect(shownMembers(all, text)).toHaveLength(found);
  });
});

describe("invitationExpiry", () => {
  const until = (invitation_expires_at: number | null) =>
    invitationExpiry(member({ status: "invited", invitation_expires_at }), 1_000_000);

  it.each([
    [7 * 86_400 - 60, "7 days left"],
    [3 * 86_400, "3 days left"],
    [47 * 3600, "47 hours left"],
    [60, "1 hour left"],
    [-1, "has expired"],
  ])("%i seconds are %j", (left, words) => {
    expect(until(1_000_000 + left)?.text).toBe(words);
  });

  it("is over where there is no link any more, and nothing to members", () => {
    expect(until(null)).toEqual({ text: "has expired", isOver: true });
    expect(invitationExpiry(member({}))).toBeNull();
  });
});

describe("isLastOwner", () => {
  const ada = member({});

  it("is who owns alone, whoever is invited or suspended", () => {
    const others = [
      member({ id: "usr_2", status: "suspended" }),
      member({ id: "usr_3", status: "invited" }),
      member({ id: "usr_4", role: "admin" }),
    ];

    expect(isLastOwner(ada, [ada, ...others])).toBe(true);
  });

  it("is nobody while two own", () => {
    const grace = member({ id: "usr_2" });

    expect(isLastOwner(ada, [ada, grace])).toBe(false);
    expect(isLastOwner(grace, [ada, grace])).toBe(false);
  });
});
