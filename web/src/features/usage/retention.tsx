import { useQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import { useState } from "react";
import { count } from "@/lib/format";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { Popover } from "@/ui/popover";
import { toast } from "@/ui/toast";
import { retentionQuery, useKeep } from "./queries";

const MOST_DAYS = 3650;

/** For how long single calls are kept. */
export function Retention() {
  const { data } = useQuery(retentionQuery);
  if (!data) return null;
  return (
    <Popover
      label="How long calls are kept"
      align="end"
      trigger={
        <Button size="sm" tone="quiet" icon={History}>
          Kept {count(data.days, "day")}
        </Button>
      }
    >
      <Keep key={data.days} days={data.days} />
    </Popover>
  );
}

function Keep({ days }: { days: number }) {
  const [typed, setTyped] = useState(String(days));
  const [error, setError] = useState<string | null>(null);
  const keep = useKeep();
  const wanted = Number(typed);
  const save = () => {
    if (!Number.isInteger(wanted) || wanted < 1 || wanted > MOST_DAYS) {
      return setError(`A whole number of days from 1 to ${count(MOST_DAYS)}.`);
    }
    return keep.mutate(wanted, {
      onSuccess: () =>
        toast(`Calls are kept ${count(wanted, "day")}.`, { onUndo: () => keep.mutate(days) }),
      onError: (failed) => setError(failed.message),
    });
  };
  const hint =
    wanted < days
      ? "Older calls are deleted within the hour. Their sums by day stay."
      : "Then single calls are deleted. Their sums by day stay for ever.";
  return (
    <form
      noValidate
      className="flex w-64 flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Field label="Days that single calls are kept" hint={hint} error={error}>
        {(ids) => (
          <Input
            {...ids}
            inputMode="numeric"
            value={typed}
            onChange={({ target }) => {
              setTyped(target.value);
              setError(null);
            }}
            className="tabular"
          />
        )}
      </Field>
      <Button type="submit" tone="primary" disabled={wanted === days} isBusy={keep.isPending}>
        Keep them so long
      </Button>
    </form>
  );
}
