/** A card as a person types it: text in every field, read when it is saved. */
import { UNITS, type Unit } from "./price_text";
import type { Capability, Card, CardInput, Kind, Price } from "./types";

/** The address of a model that has no name yet; no name may begin with a plus. */
export const NEW = "+new";

export const KINDS: readonly { kind: Kind; label: string; can: Capability[] }[] = [
  { kind: "chat", label: "Chat", can: ["text"] },
  { kind: "embedding", label: "Embeddings", can: ["embeddings"] },
  { kind: "speech", label: "Text to speech", can: ["speech"] },
  { kind: "transcription", label: "Speech to text", can: ["transcription"] },
  { kind: "image", label: "Images", can: ["images"] },
  { kind: "moderation", label: "Moderation", can: ["moderation"] },
];

export interface CardDraft {
  provider: string;
  id: string;
  title: string;
  kind: Kind;
  capabilities: Capability[];
  context: string;
  output: string;
  prices: PriceDraft;
}

/** Text by unit; empty: not known, or not offered. */
export type PriceDraft = Partial<Record<Unit, string>>;

export function newCardDraft(provider: string): CardDraft {
  return {
    provider,
    id: "",
    title: "",
    kind: "chat",
    capabilities: ["text"],
    context: "",
    output: "",
    prices: {},
  };
}

export type CardErrors = Partial<
  Record<"provider" | "id" | "context" | "output" | "title" | Unit, string>
>;

export function checkCard(draft: CardDraft, taken: ReadonlySet<string>): CardErrors {
  const errors: CardErrors = checkPrices(draft.prices);
  if (!/^[a-z][a-z0-9_-]*$/.test(draft.provider)) {
    errors.provider = "The name of a provider: small letters, digits, - and _.";
  }
  if (draft.id.trim() === "") errors.id = "The name by which the provider knows the model.";
  else if (/\s|,/.test(draft.id.trim())) errors.id = "A name has no spaces and no commas.";
  else if (taken.has(nameOf(draft))) {
    errors.id = "There is a card with this name: open that one to change it.";
  }
  if (draft.title.length > 200) errors.title = "At most 200 characters.";
  for (const limit of ["context", "output"] as const) {
    if (readLimit(draft[limit]) === undefined) errors[limit] = "Tokens, like 128000 or 128k.";
  }
  return errors;
}

export function checkPrices(prices: PriceDraft): Partial<Record<Unit, string>> {
  const errors: Partial<Record<Unit, string>> = {};
  for (const { unit } of UNITS) {
    const text = (prices[unit] ?? "").trim();
    if (text !== "" && !/^\d+(\.\d+)?$/.test(text)) {
      errors[unit] = "An amount in USD, like 0.40, or empty.";
    }
  }
  return errors;
}

/** Null: not known. Undefined: not a number of tokens. */
export function readLimit(text: string): number | null | undefined {
  const match = /^(\d[\d,_ ]*(?:\.\d+)?)\s*([kKmM]?)$/.exec(text.trim());
  if (text.trim() === "") return null;
  if (match === null) return undefined;
  const scale = { k: 1_000, m: 1_000_000 }[(match[2] ?? "").toLowerCase()] ?? 1;
  const limit = Math.round(Number((match[1] ?? "").replace(/[,_ ]/g, "")) * scale);
  return limit > 0 ? limit : undefined;
}

export function nameOf({ provider, id }: CardDraft): string {
  return `${provider}:${id.trim()}`;
}

export function readCard(draft: CardDraft): CardInput {
  return {
    title: draft.title.trim(),
    kind: draft.kind,
    capabilities: draft.capabilities,
    context_tokens: readLimit(draft.context) ?? null,
    output_tokens: readLimit(draft.output) ?? null,
    price: readPrice(draft.prices),
  };
}

/** Null where nothing is filled in: a price that nobody gave is unknown. */
export function readPrice(prices: PriceDraft, before: Price | null = null): Partial<Price> | null {
  const given = UNITS.flatMap(({ unit }) => {
    const text = (prices[unit] ?? "").trim();
    return text === "" ? [] : [[unit, text]];
  });
  if (given.length === 0) return null;
  return { ...Object.fromEntries(given), tiers: before?.tiers ?? [] };
}

export function draftPrice(price: Price | null): PriceDraft {
  return Object.fromEntries(UNITS.map(({ unit }) => [unit, price?.[unit] ?? ""]));
}

/** Whether the org said something of it, beyond hiding it. */
export function isOurs(card: Card): boolean {
  return card.source === "org";
}

/** All that an own card says: a later word takes the place of all earlier ones. */
export function inputOf(card: Card): CardInput {
  const { provider: _provider, id: _id, source: _source, ...said } = card;
  return said;
}
