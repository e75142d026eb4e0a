/** The roles that ship with cadre and the organisation's own, each with what it gives in words. */
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { may } from "@/api/me";
import { AskedButton } from "@/features/account/asked_button";
import { Section } from "@/features/settings/section";
import { UnfoldingRow } from "@/features/settings/unfolding_row";
import { count } from "@/lib/format";
import { Button } from "@/ui/button";
import { ErrorNote, Spinner } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { bindingsQuery, permissionsQuery, type Role, rolesQuery, useDeleteRole } from "./queries";
import { RoleEditor } from "./role_editor";
import { RoleWords } from "./role_words";

export function RolesTab() {
  const roles = useQuery(rolesQuery);
  const permissions = useQuery(permissionsQuery).data;
  const [isNew, setNew] = useState(false);
  if (roles.error && !roles.data)
    return <ErrorNote title="The roles could not be read" error={roles.error} className="m-4" />;
  if (!roles.data || !permissions) return <Spinner label="Reading the roles" />;
  const own = roles.data.filter(({ built_in }) => !built_in);
  const shipped = roles.data.filter(({ built_in }) => built_in);
  return (
    <>
      <Section
        title="Your own roles"
        hint="For what those that ship with cadre don't say exactly."
        action={
          may("roles:write") &&
          !isNew && (
            <Button size="sm" icon={Plus} onClick={() => setNew(true)}>
              New role
            </Button>
          )
        }
      >
        {isNew && (
          <RoleEditor edited={null} permissions={permissions} onDone={() => setNew(false)} />
        )}
        {!isNew && own.length === 0 && (
          <p className="text-ink-2">
            None yet. A role is a name for what somebody may do: “support-lead” may run the agents
            support-* and decide approvals.
          </p>
        )}
        <RoleList label="Your own roles" roles={own} />
      </Section>
      <Section
        title="Roles that ship with cadre"
        hint="They stay as they are. Open one to read it."
      >
        <RoleList label="Roles that ship with cadre" roles={shipped} />
      </Section>
    </>
  );
}

function RoleList({ label, roles }: { label: string; roles: readonly Role[] }) {
  if (roles.length === 0) return null;
  return (
    <ul aria-label={label} className="border-t border-line">
      {roles.map((role) => (
        <RoleRow key={role.name} role={role} />
      ))}
    </ul>
  );
}

function RoleRow({ role }: { role: Role }) {
  const bindings = useQuery(bindingsQuery).data ?? [];
  const holders = bindings.filter((each) => each.role === role.name).length;
  return (
    <UnfoldingRow
      id={role.name}
      title={
        <>
          {" "}
          <span className="w-32 font-medium">{role.name}</span>
          <span className="min-w-0 text-ink-2">{role.description}</span>
        </>
      }
      aside={
        <>
          {" "}
          <span className="shrink-0 text-12 text-ink-3">
            {holders === 0 ? "nobody" : `given ${count(holders)}×`}
          </span>
        </>
      }
    >
      <Opened role={role} holders={holders} />
    </UnfoldingRow>
  );
}

function Opened({ role, holders }: { role: Role; holders: number }) {
  const [isEdited, setEdited] = useState(false);
  const permissions = useQuery(permissionsQuery).data ?? [];
  const remove = useDeleteRole();
  if (isEdited)
    return (
      <div className="pt-2 pb-3 md:pl-6">
        <RoleEditor edited={role} permissions={permissions} onDone={() => setEdited(false)} />
      </div>
    );
  return (
    <div className="pt-2 pb-3 md:pl-6">
      <RoleWords role={role} />
      {!role.built_in && may("roles:write") && (
        <div className="flex flex-wrap items-center gap-2">
          <Button size="sm" onClick={() => setEdited(true)}>
            Change it
          </Button>
          {holders === 0 ? (
            <AskedButton
              label="Delete"
              name={`Delete ${role.name}`}
              answer="Delete for good"
              isBusy={remove.isPending}
              onYes={() =>
                remove.mutate(role.name, {
                  onSuccess: () => toast(`The role ${role.name} is deleted.`),
                })
              }
            />
          ) : (
            <span className="text-12 text-ink-3">
              It can be deleted once nobody has it any more.
            </span>
          )}
          {remove.error && <ErrorNote title="Not deleted" error={remove.error} />}
        </div>
      )}
    </div>
  );
}
