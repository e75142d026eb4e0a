import { useState } from "react";
import { may } from "@/api/me";
import { AskedButton } from "@/features/account/asked_button";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { useNameOf } from "./names";
import {
  type Group,
  type Subject,
  useChangeGroup,
  useDeleteGroup,
  useJoinGroup,
  useLeaveGroup,
} from "./queries";
import { SubjectRoles } from "./subject_roles";
import { SubjectSelect } from "./subject_select";

/** Who is in a group, and what it gives them. */
export function GroupDetail({ group }: { group: Group }) {
  const remove = useDeleteGroup();
  const mayChange = may("members:write");
  return (
    <div className="flex flex-col gap-5 pt-2 pb-4 md:pl-6">
      {mayChange && <GroupText group={group} />}
      <GroupMembers group={group} />
      <SubjectRoles
        subject={{ kind: "group", id: group.id }}
        empty="None yet: being in this group changes nothing so far."
      />
      {mayChange && (
        <div className="flex flex-wrap items-center gap-2">
          <AskedButton
            label="Delete the group"
            answer="Delete it; its members lose its roles"
            isBusy={remove.isPending}
            onYes={() =>
              remove.mutate(group.id, { onSuccess: () => toast(`${group.name} is deleted.`) })
            }
          />
          {remove.error && <ErrorNote title="Not deleted" error={remove.error} />}
        </div>
      )}
    </div>
  );
}

function GroupText({ group }: { group: Group }) {
  const [name, setName] = useState(group.name);
  const [description, setDescription] = useState(group.description);
  const change = useChangeGroup(group.id);
  const isNew = name.trim() !== group.name || description.trim() !== group.description;
  return (
    <form
      className="flex flex-wrap items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate({ name: name.trim(), description: description.trim() });
      }}
    >
      <Field label="Name" className="w-48">
        {(ids) => (
          <Input {...ids} value={name} maxLength={100} onChange={(e) => setName(e.target.value)} />
        )}
      </Field>
      <Field label="What it is for" className="min-w-48 grow">
        {(ids) => (
          <Input
            {...ids}
            value={description}
            maxLength={1000}
            onChange={(e) => setDescription(e.target.value)}
          />
        )}
      </Field>
      <Button type="submit" disabled={!isNew || name.trim() === ""} isBusy={change.isPending}>
        Save
      </Button>
      {change.error && <ErrorNote title="Not saved" error={change.error} className="w-full" />}
    </form>
  );
}

function GroupMembers({ group }: { group: Group }) {
  const nameOf = useNameOf();
  const join = useJoinGroup();
  const leave = useLeaveGroup();
  const mayChange = may("members:write");
  const add = (one: Subject | null) => {
    if (one && one.kind !== "group") join.mutate({ group: group.id, kind: one.kind, id: one.id });
  };
  const drop = (kind: "user" | "service", id: string) =>
    leave.mutate(
      { group: group.id, kind, id },
      {
        onSuccess: () =>
          toast(`${nameOf(kind, id)} is out of ${group.name}.`, {
            onUndo: () => join.mutate({ group: group.id, kind, id }),
          }),
        onError: (error) => toast(`Not changed: ${error.message}`, { isError: true }),
      },
    );
  return (
    <div>
      <h3 className="mb-1.5 text-12 font-medium text-ink-2">Members</h3>
      {group.members.length === 0 && <p className="mb-2 text-ink-2">Nobody yet.</p>}
      <ul aria-label={`Members of ${group.name}`} className="mb-2 flex flex-wrap gap-1.5">
        {group.members.map(({ kind, id }) => (
          <li
            key={`${kind}:${id}`}
            className="flex min-h-7 items-center gap-1 rounded-md border border-line pl-2"
          >
            <span className="max-w-56 truncate">{nameOf(kind, id)}</span>
            {kind === "service" && <span className="text-12 text-ink-3">service account</span>}
            {mayChange ? (
              <Button
                size="sm"
                tone="quiet"
                className="text-12!"
                aria-label={`Take out ${nameOf(kind, id)}`}
                onClick={() => drop(kind, id)}
              >
                Take out
              </Button>
            ) : (
              <span className="w-1" />
            )}
          </li>
        ))}
      </ul>
      {mayChange && (
        <Field label="Add" className="w-fit max-w-full">
          {(ids) => (
            <SubjectSelect
              {...ids}
              kinds={["user", "service"]}
              value={null}
              empty="Choose somebody"
              except={group.members}
              onChange={add}
            />
          )}
        </Field>
      )}
      {join.error && <ErrorNote title="Not added" error={join.error} className="mt-2" />}
    </div>
  );
}
