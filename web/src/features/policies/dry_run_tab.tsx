/** What of the calls of lately would be decided otherwise with what is typed. */
import { FlaskConical } from "lucide-react";
import { useState } from "react";
import { count } from "@/lib/format";
import { Button } from "@/ui/button";
import { Field, Select } from "@/ui/field";
import { ErrorNote, Spinner } from "@/ui/notes";
import { DryRunPicture } from "./dry_run_picture";
import { DryRunTable } from "./dry_run_table";
import { readPolicyFault } from "./fault";
import { useDryRun } from "./queries";
import type { Turn } from "./tally";
import type { PolicyDraft } from "./use_policy_draft";

const LIMITS = [100, 500, 2000];

export function DryRunTab({ policy }: { policy: PolicyDraft }) {
  const [limit, setLimit] = useState(500);
  const [turn, setTurn] = useState<Turn | null>(null);
  const run = useDryRun();
  return (
    <div className="flex max-w-240 flex-col gap-5 p-4">
      <form
        className="flex flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          run.mutate({ draft: policy.draft, limit });
        }}
      >
        <Field label="Try it on">
          {(ids) => (
            <Select
              {...ids}
              value={limit}
              onChange={({ target }) => setLimit(Number(target.value))}
            >
              {LIMITS.map((each) => (
                <option key={each} value={each}>
                  the last {count(each)} decisions
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Button type="submit" tone="primary" icon={FlaskConical} isBusy={run.isPending}>
          Dry run
        </Button>
        <p className="min-w-0 grow basis-60 text-12 text-ink-3">
          Decides them again with what is typed in the place of what is in force. No call is made.
        </p>
      </form>
      {run.error && (
        <ErrorNote title="The dry run could not run" error={readPolicyFault(run.error).text} />
      )}
      {run.isPending && <Spinner label="Deciding again" />}
      {run.data && run.data.looked_at === 0 && (
        <p role="status" className="text-ink-2">
          Nothing was decided lately: as soon as agents call tools, their calls are tried here.
        </p>
      )}
      {run.data && run.data.looked_at > 0 && (
        <>
          <DryRunPicture run={run.data} turn={turn} onTurn={setTurn} />
          <DryRunTable run={run.data} turn={turn} />
        </>
      )}
    </div>
  );
}
