/** What an organisation may have, and how much of it it has. */
import { count } from "@/lib/format";
import type { Organisation, OrgUsage } from "./queries";

type Limits = Organisation["limits"];

export interface Allowance {
  name: keyof Limits;
  label: string;
  most: number | null;
  /** Null where the console can't count it. */
  has: number | null;
}

export const LABELS: Record<keyof Limits, string> = {
  members: "Members",
  projects: "Projects",
  keys: "API keys",
  requests_per_minute: "Requests a minute",
  concurrent_runs: "Runs at the same time",
  storage_megabytes: "Storage (MB)",
};

export const LIMIT_NAMES = Object.keys(LABELS) as (keyof Limits)[];

/** `usage` is undefined until it is known. */
export function allowances(limits: Limits, usage: OrgUsage | undefined): Allowance[] {
  return LIMIT_NAMES.map((name) => ({
    name,
    label: LABELS[name],
    most: limits[name] ?? null,
    has: usage === undefined ? null : hasOf(name, usage),
  }));
}

function hasOf(name: keyof Limits, usage: OrgUsage): number | null {
  if (name === "storage_megabytes") return Math.ceil(usage.storage_bytes.used / 1_000_000);
  return name === "requests_per_minute" ? null : usage[name].used;
}

/** "12 of 50", "12, no limit", "at most 50". */
export function allowanceWords({ most, has }: Pick<Allowance, "most" | "has">): string {
  if (most === null) return has === null ? "no limit" : `${count(has)}, no limit`;
  return has === null ? `at most ${count(most)}` : `${count(has)} of ${count(most)}`;
}
