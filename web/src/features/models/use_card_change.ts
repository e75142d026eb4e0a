/** Changes of one card, each with its way back. */
import { toast } from "@/ui/toast";
import { inputOf, isOurs } from "./card_draft";
import { deleteCard, hideModel, putCard, useChange } from "./queries";
import type { CatalogItem, Price } from "./types";

/** The card as it was before: what the org had said, or nothing. */
async function putBack(before: CatalogItem): Promise<void> {
  if (isOurs(before.card)) await putCard(before.name, inputOf(before.card));
  else await deleteCard(before.name);
  if (before.hidden) await hideModel(before.name, true);
}

export type CardChange = ReturnType<typeof useCardChange>;

export function useCardChange(item: CatalogItem) {
  const undo = useChange(putBack);
  const reprice = useChange((price: Partial<Price> | null) =>
    putCard(item.name, { ...(isOurs(item.card) ? inputOf(item.card) : {}), price }),
  );
  const hide = useChange((hidden: boolean) => hideModel(item.name, hidden));
  const forget = useChange(() => deleteCard(item.name));

  const onError = (error: Error) => toast(`Not changed: ${error.message}`, { isError: true });
  const back = () => undo.mutate(item, { onError });
  return {
    reprice,
    hide: (hidden: boolean) =>
      hide.mutate(hidden, {
        onSuccess: () =>
          toast(
            hidden
              ? `${item.name} is hidden: nobody here can ask it, and no route chooses it.`
              : `${item.name} can be asked again.`,
            { onUndo: () => hide.mutate(!hidden, { onError }), seconds: 10 },
          ),
        onError,
      }),
    forget: (said: string, onDone?: () => void) =>
      forget.mutate(undefined, {
        onSuccess: () => {
          toast(said, { onUndo: back, seconds: 10 });
          onDone?.();
        },
        onError,
      }),
    undoReprice: back,
    isBusy: hide.isPending || forget.isPending || undo.isPending,
  };
}
