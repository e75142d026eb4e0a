/** One member: what they are, and what can be done about it. */
import { Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { may } from "@/api/me";
import { SubjectRoles } from "@/features/access/subject_roles";
import { ago, exactMoment } from "@/lib/format";
import { Sheet } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { InvitedPart, MembershipPart } from "./member_actions";
import { MemberStatus } from "./member_status";
import { invitationExpiry, isLastOwner } from "./member_view";
import { type Member, useChangeMember } from "./queries";
import { RoleSelect } from "./role_select";
import { SecondFactor } from "./second_factor";

const PersonData = lazy(() => import("@/features/privacy/person_data"));

interface Props {
  member: Member | undefined;
  members: readonly Member[];
  onClose: () => void;
}

export function MemberSheet({ member, members, onClose }: Props) {
  return (
    <Sheet
      isOpen={member !== undefined}
      onClose={onClose}
      title={member?.name ?? ""}
      description={member?.email ?? "No address yet"}
    >
      {member && (
        <div className="flex flex-col gap-6">
          <Facts member={member} />
          <RolePart member={member} isLast={isLastOwner(member, members)} />
          <SubjectRoles
            subject={{ kind: "user", id: member.id }}
            heading="Further roles"
            except={member.role}
            empty="None beside the one above."
          />
          {may("roles:read") && (
            <Link
              to="/settings/$section"
              params={{ section: "roles" }}
              search={{ tab: "ask" }}
              className="w-fit text-accent-text hover:underline"
            >
              Who can do what, and why
            </Link>
          )}
          {may("members:write") &&
            (member.status === "invited" ? (
              <InvitedPart member={member} onClose={onClose} />
            ) : (
              <MembershipPart
                member={member}
                isLast={isLastOwner(member, members)}
                onClose={onClose}
              />
            ))}
          {may("data:read") && (
            <Suspense>
              <PersonData key={member.id} person={member} />
            </Suspense>
          )}
        </div>
      )}
    </Sheet>
  );
}

function Facts({ member }: { member: Member }) {
  const { created_at, last_seen_at, status, has_password } = member;
  const expiry = invitationExpiry(member);
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1">
      <dt className="text-ink-3">Status</dt>
      <dd>
        <MemberStatus status={status} />
      </dd>
      <dt className="text-ink-3">{status === "invited" ? "Invited" : "Member since"}</dt>
      <dd title={exactMoment(created_at)}>{ago(created_at)}</dd>
      {status !== "invited" && (
        <>
          <dt className="text-ink-3">Last seen</dt>
          <dd>{last_seen_at === null ? "never" : ago(last_seen_at)}</dd>
          <dt className="text-ink-3">Password</dt>
          <dd>{has_password ? "is set" : "none: comes in by a link or an identity provider"}</dd>
          <dt className="text-ink-3">Second factor</dt>
          <dd>
            <SecondFactor member={member} />
          </dd>
        </>
      )}
      {expiry && (
        <>
          <dt className="text-ink-3">Its link</dt>
          <dd className={expiry.isOver ? "text-bad" : undefined}>{expiry.text}</dd>
        </>
      )}
    </dl>
  );
}

function RolePart({ member, isLast }: { member: Member; isLast: boolean }) {
  const change = useChangeMember();
  const set = (role: string) => {
    const before = member.role;
    change.mutate(
      { id: member.id, role },
      {
        onSuccess: () =>
          toast(`${member.name} is ${role} now.`, {
            onUndo: () => change.mutate({ id: member.id, role: before }),
          }),
      },
    );
  };
  return (
    <div className="flex flex-col gap-2">
      <Field
        label="Role in the whole organisation"
        hint={isLast ? "The only owner: make somebody else an owner first." : undefined}
      >
        {(ids) => (
          <RoleSelect
            {...ids}
            value={member.role}
            isDisabled={isLast || change.isPending || !may("members:write")}
            onChange={set}
          />
        )}
      </Field>
      {change.error && <ErrorNote title="The role stays as it was" error={change.error} />}
    </div>
  );
}
