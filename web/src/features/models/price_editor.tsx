/** What a model costs this org: as it ships, or as one says. */
import { useState } from "react";
import { Problem } from "@/api/client";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { checkPrices, draftPrice, type PriceDraft, readPrice } from "./card_draft";
import { UNITS, type Unit } from "./price_text";
import type { CatalogItem, Kind } from "./types";
import type { CardChange } from "./use_card_change";

interface Props {
  item: CatalogItem;
  /** Of the part around it, which stays when this form is gone. */
  change: CardChange;
  onClose: () => void;
}

export function PriceEditor({ item, change, onClose }: Props) {
  const [draft, setDraft] = useState<PriceDraft>(() => draftPrice(item.card.price));
  const [errors, setErrors] = useState<Partial<Record<Unit, string>>>({});
  const { reprice, undoReprice } = change;
  const send = () => {
    const found = checkPrices(draft);
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    reprice.mutate(readPrice(draft, item.card.price), {
      onSuccess: () => {
        toast(`Your price of ${item.name} counts from the next call.`, {
          onUndo: undoReprice,
          seconds: 10,
        });
        onClose();
      },
    });
  };
  return (
    <form
      aria-label={`Own price of ${item.name}`}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      className="flex max-w-150 flex-col gap-3"
    >
      <PriceFields kind={item.card.kind} draft={draft} errors={errors} onChange={setDraft} />
      {reprice.error && (
        <ErrorNote title="Not saved. What you typed is kept." error={refusal(reprice.error)} />
      )}
      <div className="flex gap-2">
        <Button type="submit" tone="primary" isBusy={reprice.isPending}>
          Save the price
        </Button>
        <Button onClick={onClose}>Discard</Button>
      </div>
    </form>
  );
}

function refusal(error: Error): Error | string {
  return error instanceof Problem && error.field ? `${error.field}: ${error.message}` : error;
}

const OF_KIND: Record<Kind, Unit[]> = {
  chat: ["input", "cached_input", "cache_write", "output", "per_thousand_searches"],
  embedding: ["input"],
  speech: ["per_million_characters", "input", "audio_output"],
  transcription: ["per_minute", "audio_input", "output"],
  image: ["per_image", "input", "output"],
  moderation: ["input"],
};

interface FieldsProps {
  kind: Kind;
  draft: PriceDraft;
  errors: Partial<Record<Unit, string>>;
  onChange: (draft: PriceDraft) => void;
}

/** What this kind of model usually bills, and whatever else is filled in. */
export function PriceFields({ kind, draft, errors, onChange }: FieldsProps) {
  const shown = UNITS.filter(({ unit }) => OF_KIND[kind].includes(unit) || draft[unit]);
  return (
    <fieldset className="min-w-0">
      <legend className="mb-2 text-12 text-ink-3">
        USD. Left empty means unknown, 0 means free.
      </legend>
      <div className="grid grid-cols-2 gap-x-4 gap-y-2 md:grid-cols-3">
        {shown.map(({ unit, label, per }) => (
          <Field key={unit} label={label} hint={`per ${per}`} error={errors[unit]}>
            {(ids) => (
              <Input
                {...ids}
                inputMode="decimal"
                placeholder="unknown"
                value={draft[unit] ?? ""}
                onChange={({ target }) => onChange({ ...draft, [unit]: target.value })}
                className="tabular text-right"
              />
            )}
          </Field>
        ))}
      </div>
    </fieldset>
  );
}
