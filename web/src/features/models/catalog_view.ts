/** Which models are shown, and in which order: pure, from the catalog and the address. */
import type { Capability, Card, CardStatus, CatalogItem } from "./types";

export interface CatalogSearch {
  q?: string | undefined;
  provider?: string | undefined;
  capability?: string | undefined;
  /** A status of a card, or `hidden` or `own`. */
  status?: string | undefined;
  usable?: string | undefined;
  /** A column, with a minus from the largest down. */
  sort?: string | undefined;
}

/** What can be asked here: names of chat models, and providers that are connected. */
export interface Reach {
  names: ReadonlySet<string>;
  providers: ReadonlySet<string>;
}

export const CAPABILITIES = [
  "text",
  "code",
  "vision",
  "documents",
  "audio",
  "reasoning",
  "tools",
  "structured_output",
  "search",
  "embeddings",
  "speech",
  "transcription",
  "images",
  "moderation",
] as const satisfies readonly Capability[];

export function isConnected({ card }: CatalogItem, reach: Reach): boolean {
  return reach.providers.has(card.provider);
}

/** The server lists the chat models that it would choose; of others the provider has to be there. */
export function isUsable(item: CatalogItem, reach: Reach): boolean {
  const { card } = item;
  if (item.hidden || card.status === "retired") return false;
  return card.kind === "chat" ? reach.names.has(item.name) : isConnected(item, reach);
}

export function shownModels(
  items: readonly CatalogItem[],
  search: CatalogSearch,
  reach: Reach,
): CatalogItem[] {
  const words = (search.q ?? "").trim().toLowerCase().split(/\s+/);
  const found = items.filter(
    (item) =>
      isOfStatus(item, search.status) &&
      (!search.provider || item.card.provider === search.provider) &&
      (!search.capability || item.card.capabilities.includes(search.capability as Capability)) &&
      (!search.usable || isUsable(item, reach)) &&
      words.every((word) => wordsOf(item).includes(word)),
  );
  return search.sort ? sorted(found, search.sort) : usableFirst(found, reach);
}

function wordsOf({ name, card }: CatalogItem): string {
  return [name, card.title, ...card.aliases].join(" ").toLowerCase();
}

function isOfStatus(item: CatalogItem, status: string | undefined): boolean {
  if (status === "hidden") return item.hidden;
  if (item.hidden) return false;
  if (status === "own") return item.own;
  return !status || item.card.status === status;
}

function usableFirst(items: CatalogItem[], reach: Reach): CatalogItem[] {
  const usable = items.filter((item) => isUsable(item, reach));
  return [...usable, ...items.filter((item) => !usable.includes(item))];
}

const STATUS_ORDER: CardStatus[] = ["current", "deprecated", "retired"];

/** What a column is ordered by; null: not known, which comes last either way. */
const KEYS: Record<string, (item: CatalogItem) => string | number | null> = {
  name: ({ name }) => name,
  provider: ({ card }) => card.provider,
  context: ({ card }) => card.context_tokens,
  output: ({ card }) => card.output_tokens,
  input_price: ({ card }) => amount(card.price?.input),
  output_price: ({ card }) => amount(card.price?.output),
  status: ({ card }) => STATUS_ORDER.indexOf(card.status),
};

function amount(usd: string | null | undefined): number | null {
  return usd === null || usd === undefined ? null : Number(usd);
}

function sorted(items: CatalogItem[], sort: string): CatalogItem[] {
  const isDown = sort.startsWith("-");
  const key = KEYS[sort.replace(/^-/, "")];
  if (key === undefined) return items;
  return items.toSorted((a, b) => compare(key(a), key(b), isDown));
}

function compare(a: string | number | null, b: string | number | null, isDown: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const order = a < b ? -1 : a > b ? 1 : 0;
  return isDown ? -order : order;
}

/** The next order of a column that is pressed: up, down, as it comes. */
export function nextSort(sort: string | undefined, column: string): string | undefined {
  if (sort === column) return `-${column}`;
  return sort === `-${column}` ? undefined : column;
}

export function providersOf(items: readonly CatalogItem[]): string[] {
  return [...new Set(items.map(({ card }) => card.provider))].toSorted();
}

export function titleOf(card: Card): string {
  return card.title || card.id;
}
