/** Prices beside the public list, and what known answers save. */
import { PaneHeader } from "@/ui/panes";
import { AnswerCache } from "./answer_cache";
import { PriceCheckPart } from "./price_check";

export function PricesPage() {
  return (
    <div className="flex h-full min-w-0 flex-col">
      <PaneHeader title="Prices" />
      <div className="pane grow">
        <PriceCheckPart />
        <AnswerCache />
      </div>
    </div>
  );
}
