import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { may } from "@/api/me";
import { Section } from "@/features/settings/section";
import { UnfoldingRow } from "@/features/settings/unfolding_row";
import { faultOf, faultOfAll } from "@/features/signin/entering";
import { count } from "@/lib/format";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { ErrorNote, Spinner } from "@/ui/notes";
import { GroupDetail } from "./group_detail";
import { bindingsQuery, type Group, groupsQuery, useCreateGroup } from "./queries";

export function GroupsTab() {
  const { data, error } = useQuery(groupsQuery);
  if (error && !data)
    return <ErrorNote title="The groups could not be read" error={error} className="m-4" />;
  if (!data) return <Spinner label="Reading the groups" />;
  return (
    <Section
      title="Groups"
      hint="A role given to a group counts for everybody in it, people and programs."
    >
      {may("members:write") && <NewGroup />}
      {data.length === 0 && (
        <p className="mt-3 text-ink-2">
          No group yet. Make “support”, put people into it, and give the group what they need.
        </p>
      )}
      {data.length > 0 && (
        <ul aria-label="Groups" className="mt-4 border-t border-line">
          {data.map((group) => (
            <GroupRow key={group.id} group={group} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function NewGroup() {
  const [name, setName] = useState("");
  const create = useCreateGroup();
  const navigate = useNavigate();
  const rest = faultOfAll(create.error, ["name"]);
  return (
    <form
      className="flex max-w-120 flex-wrap items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() === "") return;
        create.mutate(
          { name: name.trim(), description: "" },
          {
            onSuccess: ({ id }) => {
              setName("");
              void navigate({ to: ".", search: (before) => ({ ...before, open: id }) });
            },
          },
        );
      }}
    >
      <Field label="New group" className="min-w-48 grow" error={faultOf(create.error, "name")}>
        {(ids) => (
          <Input
            {...ids}
            value={name}
            placeholder="support"
            maxLength={100}
            onChange={({ target }) => setName(target.value)}
          />
        )}
      </Field>
      <Button type="submit" disabled={name.trim() === ""} isBusy={create.isPending}>
        Make the group
      </Button>
      {rest && <ErrorNote title="Not made" error={rest} className="w-full" />}
    </form>
  );
}

function GroupRow({ group }: { group: Group }) {
  const bindings = useQuery({ ...bindingsQuery, enabled: may("roles:read") }).data ?? [];
  const roles = bindings.filter(
    ({ subject }) => subject.kind === "group" && subject.id === group.id,
  );
  return (
    <UnfoldingRow
      id={group.id}
      title={
        <>
          {" "}
          <span className="w-40 truncate font-medium">{group.name}</span>
          <span className="min-w-0 truncate text-ink-2">{group.description}</span>
        </>
      }
      aside={
        <>
          {" "}
          <span className="shrink-0 text-12 text-ink-3">
            {count(group.members.length, "member")} · {count(roles.length, "role")}
          </span>
        </>
      }
    >
      <GroupDetail group={group} />
    </UnfoldingRow>
  );
}
