/** What the address says of the audit log, and what the server is asked for by that. */
import type { SettingsSearch } from "@/features/settings/use_settings_search";
import type { Asked } from "./queries";

export const FILTERS = ["q", "actor", "action", "resource", "result", "since", "until"] as const;

export function askedOf(search: SettingsSearch): Asked {
  const { q, actor, action, resource, result } = search;
  const since = secondsOf(search.since);
  const until = secondsOf(search.until);
  // The last day counts whole.
  const end = until === undefined ? undefined : until + (search.until?.length === 10 ? 86_400 : 60);
  return { text: q, actor, action, resource, result, since, until: end };
}

/** `2026-03-01` or `2026-03-01T14:05` in the person's own time. */
function secondsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const at = new Date(text.length === 10 ? `${text}T00:00` : text).getTime() / 1000;
  return Number.isFinite(at) ? at : undefined;
}

export function isFiltered(search: SettingsSearch): boolean {
  return FILTERS.some((name) => search[name] !== undefined);
}

export const NO_FILTER: SettingsSearch = Object.fromEntries(
  FILTERS.map((name) => [name, undefined]),
);
