/** Cards to test with. */
import type { Card, CatalogItem, HealthBucket, Price } from "@/features/models/types";

export function aPrice(more: Partial<Price> = {}): Price {
  return {
    input: null,
    output: null,
    cached_input: null,
    cache_write: null,
    audio_input: null,
    audio_output: null,
    per_million_characters: null,
    per_minute: null,
    per_image: null,
    per_thousand_searches: null,
    since: null,
    tiers: [],
    ...more,
  };
}

export function aCard(more: Partial<Card> = {}): Card {
  return {
    provider: "openai",
    id: "small",
    title: "",
    kind: "chat",
    capabilities: ["text"],
    context_tokens: null,
    output_tokens: null,
    price: null,
    status: "current",
    successor: null,
    ends_on: null,
    aliases: [],
    quality: null,
    source: "catalog",
    ...more,
  };
}

export function anItem(card: Partial<Card> = {}, more: Partial<CatalogItem> = {}): CatalogItem {
  const whole = aCard(card);
  return {
    name: `${whole.provider}:${whole.id}`,
    own: false,
    hidden: false,
    card: whole,
    ...more,
  };
}

export function aBucket(at: number, more: Partial<HealthBucket> = {}): HealthBucket {
  return {
    at,
    state: "ok",
    calls: 4,
    succeeded: 4,
    refused: 0,
    failures: {},
    success_rate: 1,
    first_token_seconds: 0.4,
    first_token_p95_seconds: 0.9,
    total_seconds: 1,
    tokens_per_second: 50,
    probes: 0,
    ...more,
  };
}
