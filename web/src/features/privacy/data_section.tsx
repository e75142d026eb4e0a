import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { may } from "@/api/me";
import { Section } from "@/features/settings/section";
import { count } from "@/lib/format";
import { useStill } from "@/lib/use_still";
import { Button } from "@/ui/button";
import { ErrorNote, Spinner } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { ApplyPart } from "./apply_part";
import { HoldPart } from "./hold_part";
import { JobsPart } from "./jobs_part";
import { previewQuery, type Retention, retentionQuery, useChangeRetention } from "./queries";
import { changesOf, faultOfDays, type Typed } from "./retention_draft";
import { RetentionTable } from "./retention_table";

/** How long what is kept. */
export default function DataSection() {
  const { data, error } = useQuery(retentionQuery);
  if (error && !data)
    return <ErrorNote title="Retention could not be read" error={error} className="m-4" />;
  if (!data) return <Spinner label="Counting what is held" />;
  return (
    <>
      {data.hold && <HoldPart hold={data.hold} />}
      <Section
        title="How long data is kept"
        hint="What is older is deleted, and with it what it led to. Sums of budgets and usage stay."
      >
        <RetentionForm state={data} />
      </Section>
      <ApplyPart state={data} />
      {!data.hold && may("data:write") && <HoldPart hold={null} />}
      <JobsPart />
    </>
  );
}

function RetentionForm({ state }: { state: Retention }) {
  const [typed, setTyped] = useState<Typed>({});
  const save = useChangeRetention();
  const changes = changesOf(typed, state.items);
  const isNew = Object.keys(changes).length > 0;
  const isRight = state.items.every((each) => faultOfDays(typed[each.key] ?? null, each) === null);
  const wanted = isNew && isRight ? JSON.stringify(changes) : "";
  const asked = useStill(wanted);
  const isAsked = asked !== "" && asked === wanted;
  const preview = useQuery({ ...previewQuery(asked), enabled: isAsked });
  const goes = isAsked && preview.data ? goesOf(preview.data) : null;
  const gone = Object.values(goes ?? {}).reduce((sum, rows) => sum + rows, 0);
  const before = Object.fromEntries(
    state.items.map(({ key, days, is_default }) => [
      key,
      is_default ? ("default" as const) : (days ?? ("forever" as const)),
    ]),
  );
  const send = () =>
    save.mutate(changes, {
      onSuccess: () => {
        setTyped({});
        // What has gone stays gone, but nothing goes within the hour if it is taken back.
        toast("Saved.", { onUndo: () => save.mutate(before) });
      },
    });
  return (
    <form
      aria-label="How long data is kept"
      onSubmit={(event) => {
        event.preventDefault();
        if (isNew && isRight) send();
      }}
    >
      <RetentionTable
        classes={state.items}
        typed={typed}
        goes={goes}
        isFixed={!may("data:write")}
        onType={(key, text) => setTyped({ ...typed, [key]: text })}
      />
      {preview.error && isNew && (
        <ErrorNote title="No preview" error={preview.error} className="mt-3" />
      )}
      {save.error && <ErrorNote title="Not saved" error={save.error} className="mt-3" />}
      {may("data:write") && (
        <div className="mt-4 flex min-h-8 flex-wrap items-center gap-3">
          <Button
            type="submit"
            tone={gone > 0 ? "danger" : "primary"}
            disabled={!isNew || !isRight || goes === null}
            isBusy={save.isPending}
          >
            {gone > 0 ? `Save, and delete ${count(gone, "record")}` : "Save"}
          </Button>
          {isNew && (
            <Button tone="quiet" onClick={() => setTyped({})}>
              As it was
            </Button>
          )}
          <span role="status" className="text-ink-2">
            {isNew && isRight && previewWords(goes, gone, state.hold !== null)}
          </span>
        </div>
      )}
    </form>
  );
}

function goesOf({ items }: Retention): Record<string, number> {
  return Object.fromEntries(items.map(({ key, would_delete }) => [key, would_delete ?? 0]));
}

function previewWords(goes: object | null, gone: number, isHeld: boolean): string {
  if (goes === null) return "Counting what would go …";
  if (isHeld) return "Nothing goes while everything is held.";
  if (gone === 0) return "Nothing goes at once.";
  return `${count(gone, "record")} would go within the hour, for good.`;
}
