/** One member: what they are, and what can be done about it. */
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { may } from "@/api/me";
import { SubjectRoles } from "@/features/access/subject_roles";
import { AskedButton } from "@/features/account/asked_button";
import { Fault } from "@/features/account/fault";
import { useProved } from "@/features/account/proof";
import { ago, exactMoment } from "@/lib/format";
import { Button } from "@/ui/button";
import { Sheet } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { LinkToCopy } from "./invite_form";
import { MemberStatus } from "./member_status";
import { invitationExpiry, isLastOwner } from "./member_view";
import {
  type Member,
  resetFactors,
  useChangeMember,
  useInviteAgain,
  useRemoveMember,
} from "./queries";
import { RoleSelect } from "./role_select";
import { SecondFactor } from "./second_factor";

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

interface PartProps {
  member: Member;
  onClose: () => void;
}

function InvitedPart({ member, onClose }: PartProps) {
  const again = useInviteAgain();
  const remove = useRemoveMember();
  return (
    <div className="flex flex-col gap-3 border-t border-line pt-4">
      <h3 className="text-12 font-medium text-ink-2">Invitation</h3>
      <div className="flex flex-wrap gap-2">
        <Button size="sm" isBusy={again.isPending} onClick={() => again.mutate(member.id)}>
          Send it again
        </Button>
        <AskedButton
          label="Withdraw it"
          answer="Withdraw the invitation"
          isBusy={remove.isPending}
          onYes={() =>
            remove.mutate(member.id, {
              onSuccess: () => {
                toast(`The invitation of ${member.email ?? member.name} is withdrawn.`);
                onClose();
              },
            })
          }
        />
      </div>
      {again.data && (
        <div role="status">
          <p className="text-ink-2">
            {again.data.link
              ? "A new link; the one before is worth nothing now."
              : "A new letter is on its way; the link before is worth nothing now."}
          </p>
          {again.data.link && (
            <LinkToCopy link={again.data.link} email={member.email ?? member.name} />
          )}
        </div>
      )}
      <Fault error={again.error ?? remove.error} />
    </div>
  );
}

function MembershipPart({ member, isLast, onClose }: PartProps & { isLast: boolean }) {
  const change = useChangeMember();
  const remove = useRemoveMember();
  const proved = useProved();
  const reset = useMutation({
    mutationFn: () => proved(() => resetFactors(member.id)),
    onSuccess: () => toast(`${member.name} can set up a second factor anew.`),
  });
  const isSuspended = member.status === "suspended";
  const turn = (status: "active" | "suspended") =>
    change.mutate(
      { id: member.id, status },
      {
        onSuccess: () =>
          toast(status === "active" ? `${member.name} is back.` : `${member.name} is suspended.`, {
            onUndo: () =>
              change.mutate({
                id: member.id,
                status: status === "active" ? "suspended" : "active",
              }),
          }),
      },
    );
  if (isLast)
    return (
      <p className="border-t border-line pt-4 text-ink-2">
        An organisation always keeps an owner. Once there is another one, {member.name} can be
        suspended or removed.
      </p>
    );
  return (
    <div className="flex flex-col gap-3 border-t border-line pt-4">
      <h3 className="text-12 font-medium text-ink-2">Membership</h3>
      <div className="flex flex-wrap gap-2">
        <Button
          size="sm"
          isBusy={change.isPending}
          onClick={() => turn(isSuspended ? "active" : "suspended")}
        >
          {isSuspended ? "Let them in again" : "Suspend"}
        </Button>
        <AskedButton
          label="Remove second factors"
          answer="Remove them, sign out everywhere"
          isBusy={reset.isPending}
          onYes={() => reset.mutate()}
        />
        <AskedButton
          label="Remove"
          name={`Remove ${member.name}`}
          answer="Remove for good, with all their keys"
          isBusy={remove.isPending}
          onYes={() =>
            remove.mutate(member.id, {
              onSuccess: () => {
                toast(`${member.name} is no member any more.`);
                onClose();
              },
            })
          }
        />
      </div>
      <p className="text-12 text-ink-3">
        Whoever is suspended is signed out everywhere and can come back; what they made stays.
      </p>
      <Fault error={change.error ?? reset.error ?? remove.error} />
    </div>
  );
}
