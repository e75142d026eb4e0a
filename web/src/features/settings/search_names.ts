/** What may stand in the address of settings. Apart from the rest, as the router loads it at once. */
export const SETTINGS_SEARCH = [
  ...(["q", "open", "tab", "version"] as const),
  // What the audit log and the decisions of policies are filtered by.
  ...(["actor", "action", "resource", "result", "since", "until", "effect", "run"] as const),
];
