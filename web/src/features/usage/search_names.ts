/** What may stand in the room's address. Apart from the rest, because the router loads it at once. */
export const SEARCH_NAMES = [
  ...(["span", "since", "until", "by", "show", "sort", "call", "at", "columns", "budget"] as const),
  ...(["model", "provider", "agent", "key", "user", "project", "via", "status", "kind"] as const),
];
