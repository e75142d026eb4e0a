import { Pencil, Undo2 } from "lucide-react";
import { useState } from "react";
import { Section } from "@/features/settings/section";
import { Button } from "@/ui/button";
import { Badge } from "@/ui/status";
import { isOurs } from "./card_draft";
import { PriceEditor } from "./price_editor";
import { priceRows } from "./price_text";
import type { CatalogItem } from "./types";
import { useCardChange } from "./use_card_change";

export function PricePart({ item }: { item: CatalogItem }) {
  const [isEditing, setEditing] = useState(false);
  const change = useCardChange(item);
  const { price } = item.card;
  return (
    <Section
      title="Price"
      hint={sinceWords(item)}
      action={
        !isEditing && (
          <div className="flex flex-wrap gap-2">
            {isOurs(item.card) && (
              <Button
                size="sm"
                icon={Undo2}
                isBusy={change.isBusy}
                onClick={() =>
                  change.forget(`${item.name} is as it was before you said anything of it.`)
                }
              >
                Forget what you said
              </Button>
            )}
            <Button size="sm" icon={Pencil} onClick={() => setEditing(true)}>
              {price === null ? "Say what it costs" : "Set your own price"}
            </Button>
          </div>
        )
      }
    >
      {isEditing ? (
        <PriceEditor item={item} change={change} onClose={() => setEditing(false)} />
      ) : (
        <PriceTable item={item} />
      )}
    </Section>
  );
}

function sinceWords({ card }: CatalogItem): string {
  if (card.price === null) return "Nobody has said what it costs, so its calls count as unknown.";
  const since = card.price.since && ` Holds since ${dayWords(card.price.since)}.`;
  return `Counts for every call, budget and route.${since || ""}`;
}

const day = new Intl.DateTimeFormat("en", {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});

/** A calendar day is the same everywhere. */
export function dayWords(date: string): string {
  return day.format(new Date(`${date}T00:00:00Z`));
}

function PriceTable({ item: { card } }: { item: CatalogItem }) {
  const rows = card.price === null ? [] : priceRows(card.price);
  if (rows.length === 0) return <p className="text-ink-3">unknown</p>;
  return (
    <table className="w-full max-w-150">
      <caption className="sr-only">Prices</caption>
      <thead className="sr-only">
        <tr>
          <th scope="col">What</th>
          <th scope="col">Price</th>
          <th scope="col">For each</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ label, amount, per }) => (
          <tr key={label} className="border-t border-line">
            <th scope="row" className="py-1 pr-3 text-left font-normal text-ink-2">
              {label}
            </th>
            <td className="tabular py-1 text-right font-medium">{amount}</td>
            <td className="w-40 py-1 pl-2 text-12 text-ink-3">per {per}</td>
          </tr>
        ))}
      </tbody>
      {card.source === "org" && (
        <tfoot>
          <tr className="border-t border-line">
            <td colSpan={3} className="pt-2">
              <Badge tone="accent">said by your organisation</Badge>
            </td>
          </tr>
        </tfoot>
      )}
    </table>
  );
}
