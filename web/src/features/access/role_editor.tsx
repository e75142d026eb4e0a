import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { faultOf, faultOfAll } from "@/features/signin/entering";
import { count } from "@/lib/format";
import { Button } from "@/ui/button";
import { Field, Input, Select } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { GrantPicker } from "./grant_picker";
import { grantsOf, type Ticked, tickedBy } from "./permissions";
import { type PermissionInfo, type Role, rolesQuery, useSaveRole } from "./queries";

interface Props {
  /** Null: a new one. */
  edited: Role | null;
  permissions: readonly PermissionInfo[];
  onDone: () => void;
}

const NAME = /^[a-z][a-z0-9-]{0,62}$/;

/** A role of the organisation's own: its name, and what it gives. */
export function RoleEditor({ edited, permissions, onDone }: Props) {
  const roles = useQuery(rolesQuery).data ?? [];
  const [name, setName] = useState(edited?.name ?? "");
  const [description, setDescription] = useState(edited?.description ?? "");
  const [ticked, setTicked] = useState<Ticked>(() => tickedBy(edited?.grants ?? [], permissions));
  const save = useSaveRole();
  const chosen = Object.keys(ticked).length;
  const isTaken = !edited && roles.some((each) => each.name === name);
  const wrong = nameFault(name, isTaken) ?? faultOf(save.error, "name");
  const rest = faultOfAll(save.error, ["name"]);
  const send = () =>
    save.mutate(
      { name, description: description.trim(), grants: grantsOf(ticked) },
      {
        onSuccess: () => {
          toast(`The role ${name} is saved.`);
          onDone();
        },
      },
    );
  return (
    <form
      aria-label={edited ? `Change ${edited.name}` : "New role"}
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (name !== "" && !wrong) send();
      }}
    >
      <div className="flex flex-wrap gap-3">
        {!edited && (
          <Field label="Name" className="w-56 max-md:w-full" error={wrong}>
            {(ids) => (
              <Input
                {...ids}
                value={name}
                placeholder="support-lead"
                autoFocus
                maxLength={63}
                onChange={({ target }) => setName(target.value.toLowerCase())}
              />
            )}
          </Field>
        )}
        <Field label="What it is for" className="min-w-56 grow">
          {(ids) => (
            <Input
              {...ids}
              value={description}
              maxLength={1000}
              placeholder="Leads the support team"
              onChange={({ target }) => setDescription(target.value)}
            />
          )}
        </Field>
        {!edited && (
          <Field label="Begin as">
            {(ids) => (
              <Select
                {...ids}
                defaultValue=""
                onChange={({ target }) => {
                  const like = roles.find((each) => each.name === target.value);
                  setTicked(tickedBy(like?.grants ?? [], permissions));
                }}
              >
                <option value="">Nothing</option>
                {roles.map((each) => (
                  <option key={each.name}>{each.name}</option>
                ))}
              </Select>
            )}
          </Field>
        )}
      </div>
      <GrantPicker ticked={ticked} onChange={setTicked} />
      {rest && <ErrorNote title="The role was not saved" error={rest} />}
      <div className="sticky bottom-0 flex items-center gap-2 border-t border-line bg-surface py-2">
        <span className="grow text-12 text-ink-2" role="status">
          {chosen === 0 ? "Nothing is ticked" : count(chosen, "permission")}
        </span>
        <Button tone="quiet" onClick={onDone}>
          Cancel
        </Button>
        <Button
          type="submit"
          tone="primary"
          disabled={name === "" || Boolean(wrong) || chosen === 0}
          isBusy={save.isPending}
        >
          Save the role
        </Button>
      </div>
    </form>
  );
}

function nameFault(name: string, isTaken: boolean): string | null {
  if (isTaken) return "There is a role of this name already.";
  if (name !== "" && !NAME.test(name)) return "Letters a-z, digits and hyphens; a letter first.";
  return null;
}
