/** A model of one's own: one that a provider has and nobody described. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { Problem } from "@/api/client";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { PaneHeader } from "@/ui/panes";
import { Badge } from "@/ui/status";
import { toast } from "@/ui/toast";
import {
  type CardDraft,
  type CardErrors,
  checkCard,
  nameOf,
  newCardDraft,
  readCard,
} from "./card_draft";
import { CapabilityChoice, KindField, LimitField, ProviderField } from "./card_fields";
import { PriceFields } from "./price_editor";
import { catalogQuery, deleteCard, putCard, useChange } from "./queries";
import { useBack } from "./use_back";

export function CardForm() {
  const { draft, change, errors, save, send } = useCardForm();
  const onBack = useBack();
  const refused = save.error instanceof Problem ? save.error : null;
  const errorOf = (field: keyof CardErrors, ...names: string[]) =>
    errors[field] ?? (names.includes(refused?.field ?? "") ? refused?.message : undefined);
  return (
    <>
      <PaneHeader
        title="New model"
        onBack={onBack}
        aside={<Badge tone="accent">not saved yet</Badge>}
      />
      <form
        aria-label="New model"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
        className="pane grow"
      >
        <div className="flex max-w-150 flex-col gap-4 p-4">
          <p className="text-ink-2">
            Say what a provider of yours has: routes choose by it, budgets count by its price.
          </p>
          <div className="grid gap-4 md:grid-cols-[160px_1fr]">
            <ProviderField draft={draft} error={errors.provider} onChange={change} />
            <Field
              label="Model"
              error={errorOf("id", "name", "id")}
              hint="As the provider writes it."
            >
              {(ids) => (
                <Input
                  {...ids}
                  placeholder="gpt-6-luna"
                  value={draft.id}
                  onChange={({ target }) => change({ id: target.value })}
                  className="font-mono md:text-12!"
                />
              )}
            </Field>
          </div>
          <div className="grid gap-4 md:grid-cols-[160px_1fr]">
            <KindField draft={draft} onChange={change} />
            <Field label="Title" error={errorOf("title", "title")} hint="For people. Optional.">
              {(ids) => (
                <Input
                  {...ids}
                  value={draft.title}
                  onChange={({ target }) => change({ title: target.value })}
                />
              )}
            </Field>
          </div>
          <CapabilityChoice
            chosen={draft.capabilities}
            onChange={(capabilities) => change({ capabilities })}
          />
          <div className="grid grid-cols-2 gap-4">
            <LimitField
              label="Context"
              value={draft.context}
              error={errorOf("context", "context_tokens")}
              onChange={(context) => change({ context })}
            />
            <LimitField
              label="Longest output"
              value={draft.output}
              error={errorOf("output", "output_tokens")}
              onChange={(output) => change({ output })}
            />
          </div>
          <PriceFields
            kind={draft.kind}
            draft={draft.prices}
            errors={errors}
            onChange={(prices) => change({ prices })}
          />
          {save.error && (
            <ErrorNote title="Not saved. What you typed is kept." error={save.error} />
          )}
          <div className="flex gap-2">
            <Button type="submit" tone="primary" isBusy={save.isPending}>
              Add the model
            </Button>
            <Button onClick={onBack}>Discard</Button>
          </div>
        </div>
      </form>
    </>
  );
}

function useCardForm() {
  const catalog = useQuery(catalogQuery).data;
  const [draft, setDraft] = useState<CardDraft>(() => newCardDraft(""));
  const [errors, setErrors] = useState<CardErrors>({});
  const navigate = useNavigate();
  const search = useSearch({ from: "/shell/models/catalog" });
  const save = useChange((given: CardDraft) => putCard(nameOf(given), readCard(given)));
  const undo = useChange(deleteCard);
  const takeBack = (name: string) => {
    undo.mutate(name);
    void navigate({ to: "/models", search });
  };
  const send = () => {
    const taken = new Set(catalog?.items.map(({ name }) => name));
    const found = checkCard(draft, taken);
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    save.mutate(draft, {
      onSuccess: ({ name }) => {
        toast(`${name} is there.`, { onUndo: () => takeBack(name), seconds: 10 });
        void navigate({ to: "/models/$name", params: { name }, search });
      },
    });
  };
  const change = (changes: Partial<CardDraft>) => setDraft({ ...draft, ...changes });
  return { draft, change, errors, save, send };
}
