import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Download, UserX } from "lucide-react";
import { useEffect, useState } from "react";
import { may } from "@/api/me";
import { faultOf, faultOfAll } from "@/features/signin/entering";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { DataJobView } from "./data_job";
import { isBusy, jobsQuery, useErasePerson, useExportPerson } from "./queries";

interface Person {
  id: string;
  name: string;
  email: string | null;
}

/** All that is kept of somebody: to take along, or to be gone. */
export default function PersonData({ person }: { person: Person }) {
  const { data } = useQuery(jobsQuery);
  const job = data?.find((each) => each.person === person.id);
  const begin = useExportPerson();
  const [isErasing, setErasing] = useState(false);
  const isWorking = job !== undefined && isBusy(job);
  useMembersAfter(job?.kind === "erase" ? job.state : undefined);
  return (
    <div className="flex flex-col gap-3 border-t border-line pt-4">
      <h3 className="text-12 font-medium text-ink-2">Their data</h3>
      {job && <DataJobView job={job} />}
      {isErasing && !isWorking ? (
        <EraseForm person={person} onClose={() => setErasing(false)} />
      ) : (
        <div className="flex flex-wrap gap-2">
          <Button
            size="sm"
            icon={Download}
            disabled={isWorking}
            isBusy={begin.isPending}
            onClick={() => begin.mutate(person.id)}
          >
            Export
          </Button>
          {may("data:write") && (
            <Button size="sm" icon={UserX} disabled={isWorking} onClick={() => setErasing(true)}>
              Erase
            </Button>
          )}
        </div>
      )}
      {begin.error && <ErrorNote title="Not exported" error={begin.error} />}
    </div>
  );
}

/** Whoever is erased is no member any more: the list is read again once that is done. */
function useMembersAfter(state: string | undefined): void {
  const queries = useQueryClient();
  useEffect(() => {
    if (state !== undefined) void queries.invalidateQueries({ queryKey: ["members"] });
  }, [state, queries]);
}

function EraseForm({ person, onClose }: { person: Person; onClose: () => void }) {
  const { id, name, email } = person;
  const word = email ?? id;
  const [typed, setTyped] = useState("");
  const erase = useErasePerson();
  const isRight = typed.trim().toLowerCase() === word.toLowerCase();
  const rest = faultOfAll(erase.error, ["confirm"]);
  return (
    <form
      aria-label={`Erase ${name}`}
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (isRight) erase.mutate({ id, confirm: typed.trim() }, { onSuccess: onClose });
      }}
    >
      <p className="text-ink-2">
        Account, conversations, runs, files and keys of {name} are deleted, and they are signed out
        at once. The audit log keeps the name as it was written until its days are over; what else
        stays has an id only. There is no way back.
      </p>
      <Field label={`Type ${word} to go on`} error={faultOf(erase.error, "confirm")}>
        {(ids) => (
          <Input
            {...ids}
            value={typed}
            autoFocus
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            onChange={({ target }) => setTyped(target.value)}
          />
        )}
      </Field>
      {rest && <ErrorNote title="Not erased" error={rest} />}
      <div className="flex gap-2">
        <Button type="submit" tone="danger" disabled={!isRight} isBusy={erase.isPending}>
          Erase all of it for good
        </Button>
        <Button tone="quiet" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
