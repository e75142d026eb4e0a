/** What can be done about an invitation, and about a membership. */
import { useMutation } from "@tanstack/react-query";
import { AskedButton } from "@/features/account/asked_button";
import { Fault } from "@/features/account/fault";
import { useProved } from "@/features/account/proof";
import { Button } from "@/ui/button";
import { toast } from "@/ui/toast";
import { LinkToCopy } from "./invite_form";
import {
  type Member,
  resetFactors,
  useChangeMember,
  useInviteAgain,
  useRemoveMember,
} from "./queries";

interface PartProps {
  member: Member;
  onClose: () => void;
}

export function InvitedPart({ member, onClose }: PartProps) {
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

export function MembershipPart({ member, isLast, onClose }: PartProps & { isLast: boolean }) {
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
