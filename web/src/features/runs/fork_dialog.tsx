/** A new run from the middle of this one, with something changed. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client";
import type { Run } from "@/api/types";
import { Button } from "@/ui/button";
import { Sheet } from "@/ui/dialog";
import { Field, Input, TextArea } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { draftFork, type ForkDraft, hasTextOutput, planFork } from "./fork";
import { useFork } from "./queries";
import type { Timeline, TimelineRow } from "./timeline";
import { shortName } from "./timeline_row";

interface Props {
  run: Run;
  row: TimelineRow | null;
  timeline?: Timeline | null;
  onClose: () => void;
}

export function ForkDialog({ run, row, onClose }: Props) {
  const [draft, setDraft] = useState<ForkDraft>(() => draftFork(run, row));
  const [wrong, setWrong] = useState<{ field: string; error: string } | null>(null);
  const fork = useFork(run.id);
  const navigate = useNavigate();
  const change = (changes: Partial<ForkDraft>) => {
    setDraft({ ...draft, ...changes });
    setWrong(null);
  };
  const send = () => {
    const plan = planFork(run, row, draft);
    if ("error" in plan) return setWrong(plan);
    fork.mutate(plan.body, {
      onSuccess: (made) => {
        onClose();
        toast("Forked. The run that it came from is as it was.");
        void navigate({ to: "/runs/$id", params: { id: made.id }, search: {} });
      },
    });
  };
  const canEdit = row !== null && row.output !== null;
  const errorOf = (field: string) => (wrong?.field === field ? wrong.error : null);
  return (
    <Sheet
      isOpen
      onClose={onClose}
      title={row === null ? "Fork from the start" : `Fork at ${row.key} (${shortName(row)})`}
      description="A new run that keeps everything before this point. Nothing of this run changes."
      actions={
        <>
          <Button onClick={onClose}>Keep as it is</Button>
          <Button tone="primary" isBusy={fork.isPending} onClick={send}>
            Start the fork
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4 pt-1">
        {canEdit && <ModeChoice mode={draft.mode} onChange={(mode) => change({ mode })} />}
        {canEdit && draft.mode === "edited" && (
          <Field
            label={hasTextOutput(row) ? "Result of this step" : "Result of this step (JSON)"}
            hint="The fork goes on as if the step had given this."
            error={errorOf("output")}
          >
            {(ids) => (
              <TextArea
                {...ids}
                value={draft.output}
                onChange={({ target }) => change({ output: target.value })}
                className="min-h-48 font-mono md:text-12!"
              />
            )}
          </Field>
        )}
        <Field
          label="What was asked"
          error={errorOf("prompt")}
          hint="Steps that are kept have read the old words."
        >
          {(ids) => (
            <TextArea
              {...ids}
              value={draft.prompt}
              onChange={({ target }) => change({ prompt: target.value })}
            />
          )}
        </Field>
        <ModelField model={draft.model} onChange={(model) => change({ model })} />
        <Field label="Instructions">
          {(ids) => (
            <TextArea
              {...ids}
              value={draft.instructions}
              onChange={({ target }) => change({ instructions: target.value })}
              className="min-h-40"
            />
          )}
        </Field>
        {fork.error && <ErrorNote title="Not forked. What you typed is kept." error={fork.error} />}
      </div>
    </Sheet>
  );
}

interface ModeProps {
  mode: ForkDraft["mode"];
  onChange: (mode: ForkDraft["mode"]) => void;
}

function ModeChoice({ mode, onChange }: ModeProps) {
  const choices = [
    { id: "again" as const, label: "Do this step again" },
    { id: "edited" as const, label: "Keep the step, change its result" },
  ];
  return (
    <fieldset className="flex flex-wrap gap-x-5 gap-y-1.5">
      <legend className="mb-1 text-12 font-medium text-ink-2">In the fork</legend>
      {choices.map(({ id, label }) => (
        <label key={id} className="flex items-center gap-2">
          <input
            type="radio"
            name="fork-mode"
            className="accent-accent"
            checked={mode === id}
            onChange={() => onChange(id)}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}

function ModelField({ model, onChange }: { model: string; onChange: (model: string) => void }) {
  const { data } = useQuery({
    queryKey: ["models"],
    queryFn: ({ signal }) => api.get<{ items: { name: string }[] }>("/models", undefined, signal),
  });
  return (
    <Field label="Model">
      {(ids) => (
        <>
          <Input
            {...ids}
            list={`${ids.id}-models`}
            value={model}
            onChange={({ target }) => onChange(target.value)}
            className="font-mono md:text-12!"
          />
          <datalist id={`${ids.id}-models`}>
            {data?.items.map(({ name }) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
