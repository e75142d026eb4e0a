import { useQuery } from "@tanstack/react-query";
import { RotateCw } from "lucide-react";
import { may } from "@/api/me";
import { useNames } from "@/features/policies/use_names";
import { Section } from "@/features/settings/section";
import { count, exactMoment } from "@/lib/format";
import { Button } from "@/ui/button";
import { ErrorNote } from "@/ui/notes";
import { isMoving, type KeyRotation, rotationQuery, useNewKey } from "./queries";

/** The key that all values of the organisation are sealed under. */
export function KeyOfOrg() {
  const { data, error } = useQuery(rotationQuery);
  const renew = useNewKey();
  return (
    <Section
      title="The key that seals them"
      hint="A new key can be made at any time: values move to it in the background and can be read meanwhile."
      action={
        may("secrets:write") && (
          <Button
            size="sm"
            icon={RotateCw}
            disabled={isMoving(data)}
            isBusy={renew.isPending}
            onClick={() => renew.mutate(undefined)}
          >
            Make a new key
          </Button>
        )
      }
    >
      {error && <ErrorNote title="It could not be read" error={error} />}
      {renew.error && <ErrorNote title="No new key was made" error={renew.error} />}
      {data && <State rotation={data} />}
    </Section>
  );
}

function State({ rotation }: { rotation: KeyRotation }) {
  const nameOf = useNames();
  const { generation, total, left, started_at, started_by, finished_at } = rotation;
  const when = finished_at ?? started_at;
  return (
    <div role="status" className="max-w-120">
      <p>
        {generation === 0 ? "No key yet" : `Key number ${generation}`}
        {when !== null && (
          <span className="text-ink-3">
            , since {exactMoment(when)}
            {started_by && ` by ${nameOf(started_by)}`}
          </span>
        )}
      </p>
      {left > 0 ? (
        <>
          <progress
            aria-label="Moved to the new key"
            max={total}
            value={total - left}
            className="mt-2 h-1 w-full accent-accent"
          />
          <p className="tabular text-12 text-ink-3">
            {count(total - left)} of {count(total, "value")} moved
          </p>
        </>
      ) : (
        <p className="text-12 text-ink-3">
          {generation === 0 ? "The first secret makes one." : "All values are sealed under it."}
        </p>
      )}
    </div>
  );
}
