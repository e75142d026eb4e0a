/** Tooltips: `ui/layers` shows the `data-tip` of what is pointed at or focused. */
export type TipSide = "top" | "right" | "bottom" | "left";

interface TipAttributes {
  "data-tip": string;
  "data-tip-keys"?: string | undefined;
  "data-tip-side"?: TipSide | undefined;
}

/** Words for a pointer: spread on the element. An accessible name must be on it besides. */
export function tip(text: string, keys?: string, side?: TipSide): TipAttributes {
  return { "data-tip": text, "data-tip-keys": keys, "data-tip-side": side };
}
