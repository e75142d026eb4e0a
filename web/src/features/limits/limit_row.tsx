import { useState } from "react";
import { may } from "@/api/me";
import { Button } from "@/ui/button";
import { Badge } from "@/ui/status";
import { toast } from "@/ui/toast";
import { LimitFields } from "./limit_fields";
import { useDropLimit, useSetLimit } from "./queries";
import { endpointsLabel, type Limit, limitWords } from "./rules";
import { UsageBar } from "./usage_bar";

export function LimitRow({ limit }: { limit: Limit }) {
  const [isEdited, setEdited] = useState(false);
  const name = `${endpointsLabel(limit.endpoints)}${limit.subjectId === null ? "" : ` of ${limit.subjectId}`}`;
  return (
    <li className="border-b border-line py-2">
      <div className="flex min-h-7 flex-wrap items-center gap-x-4 gap-y-1">
        <span className="min-w-40 grow basis-40 md:max-w-64">
          {endpointsLabel(limit.endpoints)}
          {limit.subjectId !== null && (
            <code className="block text-12 break-all text-ink-2">{limit.subjectId}</code>
          )}
        </span>
        <span className="tabular w-40">{limitWords(limit)}</span>
        <UsageBar limit={limit} name={name} />
        <span className="flex w-36 items-center justify-end gap-1 max-md:w-auto">
          {!limit.is_default && limit.subjectId === null && <Badge tone="accent">yours</Badge>}
          {may("limits:write") && !isEdited && (
            <Button
              size="sm"
              tone="quiet"
              aria-label={`Change: ${name}`}
              onClick={() => setEdited(true)}
            >
              Change
            </Button>
          )}
        </span>
      </div>
      {isEdited && <Edit limit={limit} onDone={() => setEdited(false)} />}
    </li>
  );
}

function Edit({ limit, onDone }: { limit: Limit; onDone: () => void }) {
  const set = useSetLimit();
  const drop = useDropLimit();
  const putBack = () => {
    const { subject, endpoints, requests, seconds } = limit;
    if (limit.is_default) drop.mutate({ subject, endpoints });
    else set.mutate({ subject, endpoints, requests, seconds });
  };
  const save = (requests: number, seconds: number) =>
    set.mutate(
      { subject: limit.subject, endpoints: limit.endpoints, requests, seconds },
      {
        onSuccess: () => {
          toast(`Now ${limitWords({ requests, seconds })}, from the next request on.`, {
            onUndo: putBack,
          });
          onDone();
        },
      },
    );
  const reset = () =>
    drop.mutate(limit, {
      onSuccess: () => {
        toast(
          limit.subjectId === null
            ? "The default counts again."
            : "The rule for each counts again.",
          {
            onUndo: putBack,
          },
        );
        onDone();
      },
      onError: (error) => toast(`Not changed: ${error.message}`, { isError: true }),
    });
  return (
    <LimitFields
      requests={limit.requests}
      seconds={limit.seconds}
      error={set.error}
      isPending={set.isPending}
      onSave={save}
    >
      {!limit.is_default && (
        <Button tone="quiet" isBusy={drop.isPending} onClick={reset}>
          {limit.subjectId === null ? "Back to the default" : "Remove"}
        </Button>
      )}
      <Button onClick={onDone}>Cancel</Button>
    </LimitFields>
  );
}
