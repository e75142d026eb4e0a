import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { MailPlus, Users } from "lucide-react";
import { useState } from "react";
import { may } from "@/api/me";
import { ProofProvider } from "@/features/account/proof";
import { count } from "@/lib/format";
import { useListKeys } from "@/lib/use_list_keys";
import { Button } from "@/ui/button";
import { FilterText } from "@/ui/filter_text";
import { EmptyState, ErrorNote, Spinner } from "@/ui/notes";
import { InviteForm } from "./invite_form";
import { MemberSheet } from "./member_sheet";
import { MemberTable } from "./member_table";
import { shownMembers } from "./member_view";
import { type Member, membersQuery } from "./queries";

/** Everybody who belongs to the organisation; one of them open at the side. */
export default function MembersSection() {
  const { q = "", open } = useSearch({ from: "/shell/settings" });
  const navigate = useNavigate();
  const { data, error } = useQuery(membersQuery);
  const [isInviting, setInviting] = useState(false);
  const [cursor, setCursor] = useState(-1);
  const shown = shownMembers(data ?? [], q);
  const change = (search: { q?: string | undefined; open?: string | undefined }) =>
    void navigate({ to: ".", search: (before) => ({ ...before, ...search }), replace: true });
  const show = (member: Member | undefined) => change({ open: member?.id });
  useListKeys({
    group: "Members",
    count: shown.length,
    index: cursor,
    onMove: setCursor,
    onOpen: (at) => show(shown[at]),
    isOn: open === undefined && !isInviting,
  });
  if (error && !data)
    return <ErrorNote title="The members could not be read" error={error} className="m-4" />;
  if (!data) return <Spinner label="Reading the members" />;
  const opened = data.find(({ id }) => id === open);
  return (
    <ProofProvider>
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2">
        <FilterText
          group="Members"
          label="Filter the members"
          placeholder="Name, address, role, status"
          text={q}
          className="w-64 max-md:w-full"
          onChange={(text) => change({ q: text || undefined })}
        />
        <span role="status" className="tabular text-12 text-ink-3">
          {shown.length === data.length
            ? count(data.length, "member")
            : `${count(shown.length)} of ${count(data.length)}`}
        </span>
        {may("members:write") && !isInviting && (
          <Button
            size="sm"
            tone="primary"
            icon={MailPlus}
            className="ml-auto"
            onClick={() => setInviting(true)}
          >
            Invite people
          </Button>
        )}
      </div>
      {isInviting && (
        <div className="border-b border-line px-4 py-4">
          <InviteForm onClose={() => setInviting(false)} />
        </div>
      )}
      <MemberTable members={shown} activeId={opened?.id ?? shown[cursor]?.id} onOpen={show} />
      {shown.length === 0 && (
        <EmptyState
          icon={Users}
          title="Nobody matches"
          action={<Button onClick={() => change({ q: undefined })}>Clear the filter</Button>}
        >
          Members are there, but none with all of these words.
        </EmptyState>
      )}
      {data.length === 1 && !isInviting && q === "" && (
        <EmptyState icon={Users} title="You are the only one so far">
          Whoever you invite gets a link, chooses a password, and is listed here.
        </EmptyState>
      )}
      <MemberSheet member={opened} members={data} onClose={() => show(undefined)} />
    </ProofProvider>
  );
}
