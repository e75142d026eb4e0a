/** Health as a picture: stretches of time in a row, and the words of each. */
import { count, duration } from "@/lib/format";
import type { HealthBucket, Measures, ProviderHealth, Standing, TargetHealth } from "./types";

export interface Cell {
  /** When the stretch began, in Unix seconds. */
  at: number;
  state: Standing;
  bucket: HealthBucket | null;
}

const HOUR = 3600;

/** The last 24 hours, the running one last; hours without calls are there too, as unknown. */
export function dayCells(day: readonly HealthBucket[], now: number): Cell[] {
  const last = Math.floor(now / HOUR) * HOUR;
  return cells(day, last - 23 * HOUR, HOUR, 24);
}

/** Stretches of `step` seconds from `since` until `now`. */
export function historyCells(
  buckets: readonly HealthBucket[],
  since: number,
  step: number,
  now: number,
): Cell[] {
  return cells(buckets, since, step, Math.max(1, Math.ceil((now - since) / step)));
}

function cells(
  buckets: readonly HealthBucket[],
  since: number,
  step: number,
  amount: number,
): Cell[] {
  const known = new Map(buckets.map((bucket) => [bucket.at, bucket]));
  return Array.from({ length: amount }, (_, index) => {
    const at = since + index * step;
    const bucket = known.get(at) ?? null;
    return { at, state: bucket?.state ?? "unknown", bucket };
  });
}

/** "12 calls, 92 % went well, first word after 0.4 s". */
export function measureWords(measures: Measures | null): string {
  if (measures === null || measures.calls + measures.probes === 0) return "no calls";
  const parts = [count(measures.calls, "call")];
  if (measures.success_rate !== null) parts.push(`${percent(measures.success_rate)} went well`);
  if (measures.first_token_seconds !== null) {
    parts.push(`first word after ${duration(measures.first_token_seconds)}`);
  }
  const [worst] = Object.entries(measures.failures).toSorted(([, a], [, b]) => b - a);
  const why = FAILURES[worst?.[0] ?? ""];
  if (why !== undefined) parts.push(`mostly failed because ${why}`);
  return parts.join(", ");
}

const FAILURES: Record<string, string> = {
  limited: "its limit was reached",
  broken: "the answer could not be read",
  unavailable: "it did not answer",
  denied: "it refused the key",
  missing: "it did not know the model",
};

/** Whole percents, but a failure in a thousand calls is no 100 %. */
export function percent(share: number): string {
  const exact = share * 100;
  if (exact === 0 || exact === 100) return `${exact} %`;
  if (exact > 99) return `${Math.min(99.9, Math.round(exact * 10) / 10)} %`;
  return `${exact < 1 ? Math.max(0.1, Math.round(exact * 10) / 10) : Math.round(exact)} %`;
}

export function wasAsked(target: TargetHealth): boolean {
  return target.day.length > 0 || target.now.calls + target.now.probes > 0;
}

export interface ProviderView {
  provider: ProviderHealth;
  /** What something is known of: the provider as a whole first. */
  asked: TargetHealth[];
  silent: TargetHealth[];
}

export function providerViews(providers: readonly ProviderHealth[]): ProviderView[] {
  return providers.map((provider) => {
    const all = provider.own === null ? provider.models : [provider.own, ...provider.models];
    return {
      provider,
      asked: all.filter((target) => wasAsked(target) || target.now.circuit !== "closed"),
      silent: all.filter((target) => !wasAsked(target) && target.now.circuit === "closed"),
    };
  });
}

export function findTarget(
  providers: readonly ProviderHealth[] | undefined,
  name: string,
): TargetHealth | null {
  for (const { models, own } of providers ?? []) {
    const found = models.find((target) => target.name === name) ?? null;
    if (found !== null || own?.name === name) return found ?? own;
  }
  return null;
}

/** Where the strip goes by a key, from the cell that is chosen. */
export function stepTo(key: string, at: number, length: number): number | null {
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: length - 1 }[key];
  return to === undefined ? null : Math.min(length - 1, Math.max(0, to));
}
